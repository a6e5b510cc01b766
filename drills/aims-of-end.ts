/** How an incident comes to its end, and what is owed after it. */
import type { Runbook } from '../contracts/runbook.ts'
import type { TimelineKind } from '../contracts/timeline.ts'
import type { Aim } from './aim.ts'

export function aimsOfEnd({ mitigate, postmortem, schedule }: Runbook): Aim[] {
  const entry = (path: (string | number)[], of: string, kind: TimelineKind, seen: string): Aim => ({
    area: 'end',
    path,
    of,
    seen,
    isReachedBy: ({ happened }) => happened.timeline.some(one => one.kind === kind),
  })
  const isRoutine = schedule !== undefined
  const owed = (isOwed: boolean): Aim => ({
    area: 'end',
    path: ['postmortem'],
    of: 'post-mortem',
    seen: isOwed ? 'asked for' : 'not asked for',
    isReachedBy: ({ happened }) =>
      happened.closedAt !== undefined && (happened.postmortemDueMs !== undefined) === isOwed,
  })
  return [
    ...(isRoutine
      ? [entry(['mitigate'], 'routine', 'routine.stopped', 'stopped')]
      : [
          entry(['verify'], 'recovery', 'recovery.held', 'held'),
          entry(['holdMs'], 'recovery', 'recovery.lost', 'lost while it was held'),
        ]),
    ...(isRoutine || mitigate.length === 0
      ? []
      : [entry(['mitigate'], 'ladder', 'ladder.exhausted', 'exhausted: no step helped')]),
    ...(postmortem === undefined ? [] : [owed(true), owed(false)]),
  ]
}
