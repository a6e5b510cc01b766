/** When a drill begins, and when it is over at the latest. */
import type { Drill, WeeklyMoment } from '../contracts/drill.ts'
import { inItsHours, type Runbook } from '../contracts/runbook.ts'
import { timesAfter } from '../language/occurrences.ts'
import { momentOf } from '../language/weekly-moment.ts'

/** The next such moment after now, by the clocks of the runbook; a routine begins at its first time from then on. */
export function begins(at: WeeklyMoment, { officeHours, schedule }: Runbook, nowMs: number): number {
  const zone = officeHours?.zone ?? schedule?.zone ?? 'UTC'
  // Some time before now is too little for a workflow that has to be started first.
  const ms = momentOf(at, zone, nowMs + 60_000)
  return schedule === undefined ? ms : (timesAfter(schedule, ms - 1, 1)[0] ?? ms)
}

/**
 * Milliseconds after the opening: everything has happened that the drill tells, and that its runbook can wait for. One that is to be closed
 * at its time and is not goes otherwise whatever becomes of it, and is not waited for.
 */
export function horizonOf({ events, expect, given }: Drill, runbook: Runbook): number {
  const told = [
    ...events.map(event => ('atMs' in event ? event.atMs : 0)),
    ...Object.values(given.checks).flatMap(changes =>
      changes.map(({ from }) => ('atMs' in from ? from.atMs : 0)),
    ),
    ...timesIn(expect),
  ]
  if (expect.closedAtMs !== undefined) return Math.max(...told) + afterwardsMs
  const latestMs = Math.max(0, ...told, ...levelTimes(runbook))
  const endsOpen = expect.outcome === undefined || expect.outcome === 'open'
  return latestMs + (endsOpen ? afterwardsMs : longestWay(runbook)) + afterwardsMs
}

/** Something that comes a moment too late is seen as well. */
const afterwardsMs = 60_000

function levelTimes(runbook: Runbook): number[] {
  const { escalate, officeHours } = runbook
  // One that waits for Monday is not waited for: it is expected, or it is not looked at.
  return officeHours === undefined
    ? escalate.map(({ afterMs }) => afterMs)
    : escalate.map(({ afterMs }, level) => Math.min(afterMs, inItsHours(runbook, level, afterMs)))
}

/** Every step waits for its gate until it expires, fails at its last moment, and is tried again as often as it may be. */
function longestWay({ mitigate, verify, holdMs }: Runbook): number {
  const ofSteps = mitigate.map(step => {
    const verifyMs = (step.verify?.settleMs ?? 0) + (step.verify?.withinMs ?? 0)
    if ('manual' in step) return step.expiresMs + verifyMs
    const tries = 1 + (step.retry?.times ?? 0)
    return tries * ((step.gate?.expiresMs ?? 0) + step.timeoutMs + verifyMs + (step.retry?.afterMs ?? 0))
  })
  const overallMs = verify === undefined ? 0 : verify.settleMs + verify.withinMs
  return ofSteps.reduce((sum, ms) => sum + ms, 0) + 2 * (overallMs + holdMs)
}

/** Whatever in it says when it is expected. */
function timesIn(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'atMs' || key === 'closedAtMs') && typeof inner === 'number' ? [inner] : timesIn(inner),
  )
}
