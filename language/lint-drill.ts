/** A drill against the runbook that it rehearses: whether what it says can come to be. */
import type { Runbook, Step, Undo } from '../contracts/runbook.ts'
import { actionDefinitions } from '../contracts/targets/catalogue.ts'
import type { ParametersOf } from './normalise-expectation.ts'
import { readParameters } from './read-parameters.ts'

/** The action of a step, or of `<step>.undo`; undefined for what a person does and for what there is not. */
export function useOf({ mitigate }: Pick<Runbook, 'mitigate'>, attempted: string): Step | Undo | undefined {
  const [id, isUndo] = attempted.endsWith('.undo') ? [attempted.slice(0, -'.undo'.length), true] : [attempted]
  const step = mitigate.find(candidate => candidate.id === id)
  if (step === undefined || 'manual' in step) return undefined
  if (isUndo === undefined) return step
  return 'none' in step.undo ? undefined : step.undo
}

/** Parameters of an expected effect as the runbook's own are read: only those that are written. */
export function parametersIn(runbook: Runbook): ParametersOf {
  return (attempted, written) => {
    const use = useOf(runbook, attempted)
    if (use === undefined) return undefined
    const { values } = readParameters(actionDefinitions[use.uses].parameters, written, [])
    return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(written, name)))
  }
}
