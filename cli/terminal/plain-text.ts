/**
 * Somebody else's text on a terminal: an escape sequence could rewrite what is shown, a bidirectional override the order it is
 * read in, a newline could forge a line of ours.
 */
import { inertLines } from '../../contracts/inert-text.ts'

/** CSI, OSC with its terminator, DCS/SOS/PM/APC, and two-character sequences (ECMA-48), 7-bit and 8-bit. */
const escapeSequences =
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]?/g

// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const lineSeparators = /\r\n|[\r\u0085\u2028\u2029\u000b\u000c]/g

/** Strips what a terminal would obey, whole escape sequences and not only their first character; keeps tabs and newlines. */
export function plainText(text: string): string {
  return inertLines(text.toWellFormed().replace(escapeSequences, '').replace(lineSeparators, '\n'))
}

/** The same on one line; spaces that do not break stay what they are. */
export function oneLine(text: string): string {
  return plainText(text)
    .replace(/[^\S\u00a0]+/g, ' ')
    .trim()
}

/** Cleans every text inside an answer of the service, keys included, so that nothing unclean reaches a renderer. */
export function cleaned<T>(answer: T): T {
  // The shape stays as it was; only characters inside texts are gone.
  return cleanedValue(answer) as T
}

function cleanedValue(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value)) return value.map(cleanedValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [oneLine(key), cleanedValue(inner)]))
}
