/** Many drills at once, on as much of the machine as they can use. */
import { availableParallelism } from 'node:os'
import type { Drill } from '../../contracts/drill.ts'
import { compare } from '../../drills/compare.ts'
import type { DrillResult } from '../../drills/result.ts'
import { atOnce } from '../../rehearsal/at-once.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import type { RehearsedRunbook } from '../../rehearsal/drill-set.ts'
import { killsAProcess } from './kills-a-process.ts'

/** One drill that is to be run. */
export interface Planned {
  file: string | undefined
  loaded: RehearsedRunbook
  drill: Drill
  lineOf: DrillResult['lineOf']
  /** It expects nothing yet, and what happens is to be written: nothing of it is otherwise. */
  isRecorded?: boolean
}

/** Those that kill a process bring another one up, which keeps a core busy for a second, and wait until the loss is noticed. */
const killersAtOnce = 2 * availableParallelism()

/** Every result as it comes. */
export async function runAll(
  runner: Pick<DrillRunner, 'run'>,
  planned: readonly Planned[],
  jobs: number,
  onResult: (result: DrillResult, planned: Planned) => void,
): Promise<DrillResult[]> {
  const results = new Map<Planned, DrillResult>()
  const run = async (one: Planned): Promise<void> => {
    const result = await runOne(runner, one)
    results.set(one, result)
    onResult(result, one)
  }
  const killers = planned.filter(({ drill }) => killsAProcess(drill))
  const others = planned.filter(one => !killers.includes(one))
  await Promise.all([atOnce(others, jobs, run), atOnce(killers, Math.min(jobs, killersAtOnce), run)])
  return planned.map(one => results.get(one)!)
}

async function runOne(runner: Pick<DrillRunner, 'run'>, planned: Planned): Promise<DrillResult> {
  const { file, loaded, drill, lineOf, isRecorded = false } = planned
  const { runbook, file: runbookFile } = loaded
  const begun = performance.now()
  const tookMs = (): number => Math.round(performance.now() - begun)
  try {
    const happened = await runner.run(drill, loaded)
    const differences = isRecorded ? [] : compare(drill, runbook, happened)
    return { file, runbookFile, drill, runbook, lineOf, happened, differences, tookMs: tookMs() }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { file, runbookFile, drill, runbook, lineOf, differences: [], failure, tookMs: tookMs() }
  }
}
