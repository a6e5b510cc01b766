/** `from` of an input: the way to one text of the alert, written as conditions write it. */
import type { AlertText } from '../contracts/runbook-input.ts'

const path = /^alert\.(labels|annotations)(?:\.([A-Za-z_]\w*)|\[(?:"([^"\\]{1,256})"|'([^'\\]{1,256})')\])$/

/** Undefined for anything but one label or annotation. */
export function parseAlertText(written: string): AlertText | undefined {
  const [, of, plain, inDouble, inSingle] = path.exec(written) ?? []
  const name = plain ?? inDouble ?? inSingle
  return name === undefined ? undefined : { of: of as AlertText['of'], name }
}

export function formatAlertText({ of, name }: AlertText): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `alert.${of}.${name}` : `alert.${of}[${JSON.stringify(name)}]`
}
