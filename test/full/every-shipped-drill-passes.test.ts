/** What is shipped is rehearsed: every drill goes as it expects, and hardly anything can be changed without one that notices. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DrilledRunbook, readDrilled } from '../../cli/drill/drill-files.ts'
import { killsAProcess } from '../../cli/drill/kills-a-process.ts'
import { mutated, tryAll } from '../../cli/drill/mutate.ts'
import { staleExplanations } from '../../cli/drill/mutation-lines.ts'
import { planDrills } from '../../cli/drill/plan-drills.ts'
import { type Planned, runAll } from '../../cli/drill/run-all.ts'
import { isEnough, mutationScore } from '../../drills/mutation-score.ts'
import { type DrillResult, isAsExpected } from '../../drills/result.ts'
import { defaultJobs } from '../../rehearsal/at-once.ts'
import { type DrillRunner, startDrillRunner } from '../../rehearsal/drill-runner.ts'

const shipped = join(import.meta.dirname, '..', '..', 'runbooks')
const noticedAtLeast = 95
/** Twice what all changes of the eight runbooks take on two cores. */
const triedWithinMs = 30 * 60_000

let drilled: DrilledRunbook[]
let runner: DrillRunner

beforeAll(async () => {
  const read = await readDrilled([shipped])
  expect(read.faulty).toEqual([])
  drilled = read.drilled
  runner = await startDrillRunner({ say() {} })
})
afterAll(() => runner.stop())

test('every runbook has drills of its own', () => {
  expect(drilled.length).toBeGreaterThan(0)
  expect(drilled.filter(({ drills }) => drills.length === 0)).toEqual([])
})

test('every written and every common drill goes as it expects, those that kill a process included', async () => {
  const results = await run(planDrills(drilled, { common: true }).planned)
  expect(otherwise(results)).toEqual([])
})

test(
  `of each runbook ${noticedAtLeast} % of all changes are noticed, and what is left is left for a reason`,
  async () => {
    const written = planDrills(drilled, { common: false }).planned
    const unchanged = await run(written.filter(({ drill }) => !killsAProcess(drill)))
    expect(otherwise(unchanged)).toEqual([])
    const all = await tryAll(runner, mutated(drilled, undefined), {
      jobs: defaultJobs,
      unchanged,
      onTried() {},
    })
    const found = all.map(({ drilled: { loaded, survivors: explained }, tried }) => {
      const score = mutationScore(tried)
      return {
        runbook: loaded.runbook.name,
        isEnough: isEnough(score, noticedAtLeast),
        unexplained: score.survivors.map(({ id }) => id).filter(id => explained[id] === undefined),
        stale: staleExplanations({ score, explained }),
      }
    })
    expect(found).toEqual(
      drilled.map(({ loaded }) => ({
        runbook: loaded.runbook.name,
        isEnough: true,
        unexplained: [],
        stale: [],
      })),
    )
  },
  triedWithinMs,
)

function run(planned: readonly Planned[]): Promise<DrillResult[]> {
  return runAll(runner, planned, defaultJobs, () => undefined)
}

/** Those that failed, each with why. */
function otherwise(results: readonly DrillResult[]): string[] {
  return results
    .filter(result => !isAsExpected(result))
    .map(({ drill, runbook, differences, failure }) =>
      [`${runbook.name} ${drill.name}:`, failure, ...differences.map(({ wrong }) => wrong)].join('\n  '),
    )
}
