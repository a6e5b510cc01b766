import { type Coverage, coverageOf, isCovered } from '../../drills/coverage.ts'
import type { DrillResult } from '../../drills/result.ts'
import type { Page } from '../story/view.ts'
import { coverageLines } from './coverage-lines.ts'

export interface CoverageOfAll {
  isEnough: boolean
  asJson: { coverage: Record<string, Coverage> }
  lines(page: Page): string[]
}

/** @param threshold of each runbook, in percent; without one anything is enough. */
export function coverageOfAll(results: readonly DrillResult[], threshold?: number): CoverageOfAll {
  const ofRunbooks = Map.groupBy(results, ({ runbook }) => runbook)
  const coverages = [...ofRunbooks].map(([runbook, some]) => {
    const played = some.flatMap(({ drill, happened }) =>
      happened === undefined ? [] : [{ drill, happened }],
    )
    return { name: runbook.name, coverage: coverageOf(runbook, played) }
  })
  const asked = threshold === undefined ? {} : { threshold }
  return {
    isEnough: coverages.every(({ coverage }) => threshold === undefined || isCovered(coverage, threshold)),
    asJson: { coverage: Object.fromEntries(coverages.map(({ name, coverage }) => [name, coverage])) },
    lines: page =>
      coverages.flatMap(({ name, coverage }) => ['', ...coverageLines(name, coverage, page, asked)]),
  }
}
