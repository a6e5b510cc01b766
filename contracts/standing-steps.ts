import type { TimelineEntry } from './timeline.ts'

/** A step whose effect is there only for the time of its incident, or stays although it was to be taken back. */
export interface StandingStep {
  step: string
  /** What takes it back. */
  action: string
  target: string
  /** A person knows, and has said that it stays. */
  isLeft: boolean
}

/** What the entries of an incident say is in place: begun, and not taken back. */
export function standingSteps(entries: readonly TimelineEntry[]): StandingStep[] {
  const registered = new Map<string, StandingStep>()
  const begun = new Set<string>()
  for (const { kind, data } of entries) {
    if (kind === 'claim.made') begun.add(data.step)
    if (kind === 'undo.registered' && data.temporary)
      registered.set(data.step, standing(data, { isLeft: false }))
    if (kind !== 'undo.ended') continue
    if (data.is === 'in-place') registered.set(data.step, standing(data, { isLeft: true }))
    else registered.delete(data.step)
  }
  return [...registered.values()].filter(({ step }) => begun.has(step))
}

function standing(
  { step, action, target }: Omit<StandingStep, 'isLeft'>,
  { isLeft }: Pick<StandingStep, 'isLeft'>,
): StandingStep {
  return { step, action, target, isLeft }
}
