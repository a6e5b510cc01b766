import { replaceUnseen } from '../contracts/inert-text.ts'
import { widthOfCharacter } from '../contracts/text-width.ts'
import type { Fault } from './fault.ts'

/** Longer lines are cut around the caret: a minified file must not fill a terminal. */
const widestLine = 160

/**
 * Writes one fault as people read it: `file:line:column message`, the line with a caret, the hint. Without the text,
 * and for lines that hold a credential, the line is left out.
 */
export function formatFault(fault: Fault, text?: string): string {
  const kind = fault.isWarning === true ? 'warning: ' : ''
  const head = inertInPlace(`${fault.file}:${fault.line}:${fault.column} ${kind}${fault.message}`)
  const hint = fault.hint === undefined ? [] : [`  hint: ${inertInPlace(fault.hint)}`]
  return [head, ...excerpt(fault, text), ...hint].join('\n')
}

function excerpt(fault: Fault, text: string | undefined): string[] {
  const line = text?.split(/\r?\n/)[fault.line - 1]
  if (line === undefined || line.trim() === '' || fault.isLineSecret) return []
  const start = Math.max(0, Math.min(fault.column - widestLine / 2, line.length - widestLine))
  const shown = line.slice(start, start + widestLine)
  // A tab keeps its width when the caret line repeats it; a picture or an ideograph takes two columns, an accent none.
  const before = inertInPlace(shown.slice(0, fault.column - 1 - start))
  const indent = before.replace(/[^\t]/gu, character => ' '.repeat(widthOfCharacter(character)))
  const gutter = String(fault.line)
  return [`  ${gutter} | ${inertInPlace(shown)}`, `  ${' '.repeat(gutter.length)} | ${indent}^`]
}

/** Somebody else's file commands no terminal. Each sign keeps its place, so that the caret stands below the one that is meant. */
function inertInPlace(line: string): string {
  return replaceUnseen(line, sign => (sign === '\t' ? sign : '\u{fffd}'.repeat(sign.length)))
}
