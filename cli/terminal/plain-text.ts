/**
 * Makes somebody else's text inert. Alert labels and notes come from outside: an escape sequence could rewrite what a
 * terminal shows, a bidirectional override the order it is read in, a newline could forge a line of ours.
 */

/** CSI, OSC with its terminator, DCS/SOS/PM/APC, and two-character sequences (ECMA-48), 7-bit and 8-bit. */
const escapeSequences =
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]?/g

/** C0 without tab and newline, DEL, C1. */
// oxlint-disable-next-line no-control-regex -- see above
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * Bidirectional controls (UAX #9), invisible characters that hide or split words, and the tag block that can carry
 * unseen text. The zero-width joiner stays: emoji and Indic scripts need it.
 */
const invisible =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

// oxlint-disable-next-line no-control-regex -- see above
const lineSeparators = /\r\n|[\r\u0085\u2028\u2029\u000b\u000c]/g

/** Strips what a terminal would obey; keeps tabs and newlines. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replace(escapeSequences, '')
    .replace(lineSeparators, '\n')
    .replace(controls, '')
    .replace(invisible, '')
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
