/** What a drill may speak of by a name: steps of its runbook, and the undo of each that has one. */
import type { ManualStep, Runbook, Step, Undo } from '../contracts/runbook.ts'
import { undoId } from '../contracts/runbook.ts'
import type { Finding, Path } from './fault.ts'
import { nameHint } from './nearest-name.ts'

type Ladder = Pick<Runbook, 'mitigate'>

/** The action of a step, or of `<step>.undo`; undefined for what a person does and for what there is not. */
export function useOf({ mitigate }: Ladder, attempted: string): Step | Undo | undefined {
  for (const step of mitigate) {
    if ('manual' in step) continue
    if (step.id === attempted) return step
    if (undoId(step.id) === attempted && 'uses' in step.undo) return step.undo
  }
  return undefined
}

export function stepOf({ mitigate }: Ladder, id: string): Step | ManualStep | undefined {
  return mitigate.find(step => step.id === id)
}

export function isManual(runbook: Ladder, id: string): boolean {
  const step = stepOf(runbook, id)
  return step !== undefined && 'manual' in step
}

/** A name that is neither a step nor the undo of one. */
export function lintAttempted(runbook: Ladder, attempted: string, path: Path, at?: 'key'): Finding[] {
  if (stepOf(runbook, attempted) !== undefined || useOf(runbook, attempted) !== undefined) return []
  const place = at === undefined ? { path } : { path, at }
  const ofUndo = /^(.+)\.undo$/.exec(attempted)?.[1]
  if (ofUndo !== undefined && stepOf(runbook, ofUndo) !== undefined)
    return [{ ...place, message: `nothing takes \`${ofUndo}\` back: it has no undo` }]
  const known = runbook.mitigate.flatMap(step =>
    useOf(runbook, undoId(step.id)) === undefined ? [step.id] : [step.id, undoId(step.id)],
  )
  const hint = nameHint(attempted, known) ?? 'the runbook has no steps'
  return [{ ...place, message: `the runbook has no step \`${attempted}\``, hint }]
}

/** A name that is no action at a target: nothing there, or what a person does. */
export function lintEffect(runbook: Ladder, attempted: string, path: Path, at?: 'key'): Finding[] {
  const unknown = lintAttempted(runbook, attempted, path, at)
  if (unknown.length > 0 || !isManual(runbook, attempted)) return unknown
  const message = `\`${attempted}\` is what a person does: paramedic has no effect there`
  return [{ path, ...(at && { at }), message }]
}
