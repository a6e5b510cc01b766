/** `--input name=value`: what a person gives a runbook in place of what it would have. */
import { InvalidArgumentError } from 'commander'
import type { RunbookInput } from '../../contracts/runbook-input.ts'
import { inputFaults } from '../../language/resolve-inputs.ts'
import { Failure } from '../failure.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'

export type GivenInputs = Record<string, string>

/** Of an option that is repeated. The first `=` divides: a value may have more. */
export function collectInput(written: string, before: GivenInputs = {}): GivenInputs {
  const at = written.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It is a name and a value, such as idle_limit=5m.')
  const name = written.slice(0, at)
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${oneLine(name)} is given twice.`)
  return { ...before, [name]: written.slice(at + 1) }
}

/** Throws `bad_payload`, as the service does. */
export function refuseGiven(file: string, declared: readonly RunbookInput[], given: GivenInputs): void {
  const faults = inputFaults(declared, given)
  if (faults.length === 0) return
  const told = faults.map(({ field, problem }) => `${oneLine(field)}: ${problem}`).join('; ')
  throw new Failure('bad_payload', `The inputs do not fit: ${told}.`, {
    hint: `what each may be: npx paramedic runbook explain ${asTyped(file)}`,
  })
}
