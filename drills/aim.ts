/** One thing of a runbook that a drill can reach. */
import type { Drill } from '../contracts/drill.ts'
import type { Path } from './asked-conditions.ts'
import type { Happened } from './happened.ts'

export const coverageAreas = [
  'severity',
  'conditions',
  'steps',
  'gates',
  'escalation',
  'telling',
  'undo',
  'end',
] as const
export type CoverageArea = (typeof coverageAreas)[number]

/** A drill and what came of it. */
export interface Played {
  drill: Drill
  happened: Happened
}

export interface Aim {
  area: CoverageArea
  /** Into the runbook as it is after parsing. */
  path: Path
  /** Of what, such as `end-idle` or `checks.pool.idle >= 50`. */
  of: string
  /** What has to be seen of it, such as `denied` or `false`. */
  seen: string
  isReachedBy(played: Played): boolean
}
