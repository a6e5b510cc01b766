/** The levels of the escalation, when the runbook may change under way: they are those of the newest version at once. */
import { isCoveredBy, type Levels, moveOf, slotOf } from '../contracts/level-slots.ts'
import { pageId } from '../contracts/incident.ts'
import type { EscalationLevel, Runbook } from '../contracts/runbook.ts'
import type { TimelineEvents } from '../contracts/timeline.ts'
import type { IncidentInput } from '../contracts/messages.ts'
import type { IncidentState } from './incident-state.ts'

/** What of a life decides about its levels. */
interface Calling {
  readonly input: IncidentInput
  readonly state: IncidentState
}

/** The runbook that says who is called: the one that is to be taken, as soon as it was heard of. */
export function callingRunbook({ state, input }: Calling): Runbook {
  return state.rebase?.runbook ?? input.runbook
}

/** Its hash; undefined of an incident that was never moved. */
export function callingHash({ state, input }: Calling): string | undefined {
  return state.rebase?.hash ?? (input.levelSlots === undefined ? undefined : input.runbookHash)
}

export function levelsOf({ state, input }: Calling): Levels {
  return state.rebase === undefined
    ? { escalate: input.runbook.escalate, slots: input.levelSlots }
    : { escalate: state.rebase.runbook.escalate, slots: state.rebase.levelSlots }
}

/** Levels that wait for an acknowledgement begin anew with each new alert after one; the others never do. */
export function epochOf({ state }: Pick<Calling, 'state'>, { unless }: EscalationLevel): number {
  return unless === 'acknowledged' ? state.epoch : 0
}

export function pageIdOf(life: Calling, levels: Levels, index: number): string {
  const epoch = epochOf(life, levels.escalate[index]!)
  return pageId(life.input.number, epoch, slotOf(levels, index))
}

/**
 * Begins with the levels of another version: one that was not there `before` counts from now on, and nobody is called for it whom
 * one of those before has called for as much.
 */
export function takeLevels(
  life: Calling & { note(kind: 'levels.covered', data: TimelineEvents['levels.covered']): void },
  before: Levels,
): void {
  const { paged, sent, eligibleSince } = life.state
  // A page that was suppressed, or has failed, has called nobody.
  const hasCalled = sent ?? paged
  const called = before.escalate.filter((_, index) => hasCalled[pageIdOf(life, before, index)] === true)
  const now = levelsOf(life)
  for (const index of now.escalate.keys())
    if (moveOf(slotOf(now, index)) > 0) eligibleSince[pageIdOf(life, now, index)] ??= Date.now()
  const pageIds = now.escalate.flatMap((level, index) => {
    const id = pageIdOf(life, now, index)
    const isCovered = called.some(
      one => epochOf(life, one) === epochOf(life, level) && isCoveredBy(level, one),
    )
    return isCovered && paged[id] !== true ? [id] : []
  })
  for (const id of pageIds) {
    paged[id] = true
    if (sent !== undefined) sent[id] = true
  }
  if (pageIds.length > 0) life.note('levels.covered', { pageIds })
}
