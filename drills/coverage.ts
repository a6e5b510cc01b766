/** What of a runbook no drill reaches. */
import type { Runbook } from '../contracts/runbook.ts'
import { type Aim, type Played } from './aim.ts'
import { aimsOfCalls } from './aims-of-calls.ts'
import { aimsOfConditions } from './aims-of-conditions.ts'
import { aimsOfEnd } from './aims-of-end.ts'
import { aimsOfSteps } from './aims-of-steps.ts'

export interface Coverage {
  points: CoveragePoint[]
  reached: number
  total: number
  /** A whole number, rounded down; 100 where there is nothing to reach. */
  percent: number
}

export interface CoveragePoint extends Omit<Aim, 'isReachedBy'> {
  /** Names of the drills that reach it. */
  drills: string[]
}

/** Every severity, condition, end of a step, gate, level, message, undo and end that there can be, with the drills that reach it. */
export function coverageOf(runbook: Runbook, played: readonly Played[]): Coverage {
  const points = aimsOf(runbook).map(({ isReachedBy, ...aim }): CoveragePoint => {
    return { ...aim, drills: played.filter(isReachedBy).map(({ drill }) => drill.name) }
  })
  const reached = points.filter(({ drills }) => drills.length > 0).length
  const total = points.length
  return { points, reached, total, percent: total === 0 ? 100 : Math.floor((100 * reached) / total) }
}

function aimsOf(runbook: Runbook): Aim[] {
  return [
    ...aimsOfConditions(runbook),
    ...aimsOfSteps(runbook),
    ...aimsOfCalls(runbook),
    ...aimsOfEnd(runbook),
  ]
}

/** @param threshold in percent. Rounding never helps: 89.9 is not 90. */
export function isCovered({ reached, total }: Coverage, threshold: number): boolean {
  return 100 * reached >= threshold * total
}
