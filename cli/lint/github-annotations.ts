/** Faults and warnings as GitHub shows them beside the lines of a pull request. */
import { replaceUnseen } from '../../contracts/inert-text.ts'
import type { Fault } from '../../language/fault.ts'

/** `by` is the command that found it. */
export function githubAnnotation(
  { file, line, column, code, message, hint, isWarning }: Fault,
  by: string,
): string {
  const properties = { file, line, col: column, title: `${by}: ${code}` }
  const lines = [message, ...(hint === undefined ? [] : [`hint: ${hint}`])]
  return workflowCommand(isWarning === true ? 'warning' : 'error', properties, lines)
}

/**
 * One line that GitHub shows beside a line of a file, whatever stands in the texts:
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function workflowCommand(
  level: 'error' | 'warning',
  properties: Record<string, string | number>,
  lines: readonly string[],
): string {
  const told = Object.entries(properties).map(([key, value]) => `${key}=${asProperty(inert(String(value)))}`)
  return `::${level} ${told.join(',')}::${asData(lines.map(inert).join('\n'))}`
}

/** Messages quote names from the file. */
function inert(text: string): string {
  return replaceUnseen(text, () => '\u{fffd}')
}

function asData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function asProperty(text: string): string {
  return asData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
