import type { Moment } from '../drills/happened.ts'

/** Moments of one drill: what the incident's clock shows since its opening, and what this machine has spent by then. */
export interface DrillClock {
  /** The incident's clock at its opening. */
  openedAtMs: number
  /** By the wall clock, when the incident was opened. */
  begunAtMs: number
  /** It is opened now. */
  begin(): void
  at(incidentMs: number, wallMs?: number): Moment
}

export function createDrillClock(openedAtMs: number): DrillClock {
  const clock: DrillClock = {
    openedAtMs,
    begunAtMs: Date.now(),
    begin: () => void (clock.begunAtMs = Date.now()),
    at: (incidentMs, wallMs = Date.now()) => ({
      atMs: incidentMs - openedAtMs,
      slackMs: Math.max(0, wallMs - clock.begunAtMs),
    }),
  }
  return clock
}
