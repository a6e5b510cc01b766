/** What will take steps back: registered before their effect, so that no crash and no turn of the incident forgets it. */
import { filledUndo } from '../contracts/filled-step.ts'
import type { UndoEnd } from '../contracts/incident.ts'
import type { Attempted, Step } from '../contracts/runbook.ts'
import type { RegisteredUndo } from './incident-state.ts'
import type { Life } from './life.ts'

/** Registers the undo of a step once, and has it recorded before anything is done. */
export async function registerUndo(life: Life, step: Attempted, attempt: number): Promise<void> {
  const written = life.input.runbook.mitigate.find(({ id }) => id === step.id)
  if (
    written === undefined ||
    'manual' in written ||
    !('uses' in written.undo) ||
    registeredUndo(life, step.id) !== undefined
  )
    return
  const { target } = written
  const undo = filledUndo(written.undo, life.input.inputs)
  const isTemporary = written.temporary === true
  life.state.undos = [
    ...(life.state.undos ?? []),
    { step: step.id, target, undo, isTemporary, isApplied: false },
  ]
  life.note('undo.registered', {
    step: step.id,
    attempt,
    action: undo.uses,
    target: targetOf(life, { target }),
    parameters: undo.with,
    temporary: isTemporary,
  })
  await life.record()
}

export function registeredUndo(life: Life, step: Step['id']): RegisteredUndo | undefined {
  return life.state.undos?.find(undo => undo.step === step)
}

/** From here on there is something to take back. */
export function markApplied(life: Life, step: Step['id']): void {
  const registered = registeredUndo(life, step)
  if (registered !== undefined) registered.isApplied = true
}

/** An undo has come to an end and is forgotten: it runs once. What stays in place is named when the incident closes. */
export function endUndo(life: Life, registered: RegisteredUndo, is: UndoEnd, because: string): void {
  const { step, undo } = registered
  const target = targetOf(life, registered)
  life.state.undos = life.state.undos?.filter(other => other.step !== step) ?? []
  life.note('undo.ended', { step, is, action: undo.uses, target, because })
  if (is === 'in-place')
    life.state.inPlace = [...(life.state.inPlace ?? []), `${step} (${undo.uses} on ${target} takes it back)`]
}

/** The name of what its role is bound to; it was bound when its step was done. */
export function targetOf(life: Life, { target, on }: Pick<RegisteredUndo, 'target' | 'on'>): string {
  return on ?? life.bound(target)?.target ?? target
}

/** Keeps what the roles of this version mean for what could not be taken back. */
export function keepTargets(life: Life): void {
  for (const registered of life.state.undos ?? []) registered.on = targetOf(life, registered)
}
