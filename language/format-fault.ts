import type { Fault } from './fault.ts'

/** Longer lines are cut around the caret: a minified file must not fill a terminal. */
const widestLine = 160

/**
 * Writes one fault as people read it: `file:line:column message`, the line with a caret, the hint. Without the text,
 * and for lines that hold a credential, the line is left out.
 */
export function formatFault(fault: Fault, text?: string): string {
  const head = `${fault.file}:${fault.line}:${fault.column} ${fault.message}`
  const hint = fault.hint === undefined ? [] : [`  hint: ${fault.hint}`]
  return [head, ...excerpt(fault, text), ...hint].join('\n')
}

function excerpt(fault: Fault, text: string | undefined): string[] {
  const line = text?.split(/\r\n|\r|\n/)[fault.line - 1]
  if (line === undefined || line.trim() === '' || fault.isLineSecret) return []
  const start = Math.max(0, Math.min(fault.column - widestLine / 2, line.length - widestLine))
  const shown = line.slice(start, start + widestLine)
  // A tab keeps its width when the caret line repeats it.
  const indent = shown.slice(0, fault.column - 1 - start).replace(/[^\t]/g, ' ')
  const gutter = String(fault.line)
  return [`  ${gutter} | ${printable(shown)}`, `  ${' '.repeat(gutter.length)} | ${indent}^`]
}

/** A terminal obeys control characters; somebody else's file must not command it. */
function printable(line: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u{fffd}')
}
