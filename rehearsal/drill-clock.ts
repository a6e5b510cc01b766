import { createWorkflowClock } from '../activities/workflow-clock.ts'
import type { Moment } from '../drills/happened.ts'

/** Moments of one drill: what the incident's clock shows since its opening, and what this machine has spent by then. */
export interface DrillClock {
  /** The incident's clock at its opening. */
  openedAtMs: number
  /** By the wall clock. */
  begunAtMs: number
  at(incidentMs: number, wallMs?: number): Moment
  /** Inside an activity. */
  now(): Moment
}

export function createDrillClock(openedAtMs: number): DrillClock {
  const begunAtMs = Date.now()
  const at = (incidentMs: number, wallMs = Date.now()): Moment => ({
    atMs: incidentMs - openedAtMs,
    slackMs: Math.max(0, wallMs - begunAtMs),
  })
  return {
    openedAtMs,
    begunAtMs,
    at,
    now: () => at(createWorkflowClock()()),
  }
}
