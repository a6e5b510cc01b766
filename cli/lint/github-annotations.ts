/** Faults and warnings as GitHub shows them beside the lines of a pull request. */
import { replaceUnseen } from '../../contracts/inert-text.ts'
import type { Fault } from '../../language/fault.ts'

/**
 * One workflow command a fault:
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function githubAnnotation({ file, line, column, code, message, hint, isWarning }: Fault): string {
  const properties = { file, line, col: column, title: `runbook lint: ${code}` }
  const told = Object.entries(properties).map(([key, value]) => `${key}=${asProperty(inert(String(value)))}`)
  const text = [inert(message), ...(hint === undefined ? [] : [`hint: ${inert(hint)}`])].join('\n')
  return `::${isWarning === true ? 'warning' : 'error'} ${told.join(',')}::${asData(text)}`
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
