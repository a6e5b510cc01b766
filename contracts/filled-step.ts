/** A step with what its runbook was given. */
import type { Attempted, ManualStep, Runbook, Undo } from './runbook.ts'
import { filledParameters, type ResolvedInput } from './runbook-input.ts'

/** As it is planned: with what its inputs say written out. One that has no value has left it out before, by `whyUnknown`. */
export function filledStep<S extends Attempted>(step: S, inputs: readonly ResolvedInput[] | undefined): S {
  if (step.fromInputs === undefined) return step
  const filled = filledParameters(step, inputs)
  return 'missing' in filled ? step : { ...step, with: filled.with }
}

/** What takes a step back, with what its inputs say written out: it is the same whenever it runs. */
export function filledUndo(
  { fromInputs, ...undo }: Undo,
  inputs: readonly ResolvedInput[] | undefined,
): Undo {
  if (fromInputs === undefined) return undo
  const filled = filledParameters({ with: undo.with, fromInputs }, inputs)
  return 'missing' in filled ? undo : { ...undo, with: filled.with }
}

/** Why nobody knows how to do it. What nobody could take back, though the runbook says how, is not done either. */
export function whyUnknown(
  step: Attempted | ManualStep,
  { mitigate }: Pick<Runbook, 'mitigate'>,
  inputs: readonly ResolvedInput[] | undefined,
): string | undefined {
  // What a person does has no parameters.
  if ('manual' in step) return undefined
  const filled = filledParameters(step, inputs)
  if ('missing' in filled) return `it is not known how: ${filled.missing}`
  const written = mitigate.find(({ id }) => id === step.id)
  const undo = written !== undefined && 'undo' in written ? written.undo : undefined
  if (undo === undefined || 'none' in undo) return undefined
  const undone = filledParameters(undo, inputs)
  return 'missing' in undone ? `it is not known how it would be taken back: ${undone.missing}` : undefined
}
