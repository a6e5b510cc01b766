/** The drills of a runbook run on every runbook that differs from it in one thing: which of them do they notice? */
import type { LoadedRunbook } from '../../contracts/runbook.ts'
import { hashOf } from '../../contracts/canonical-json.ts'
import { compare } from '../../drills/compare.ts'
import type { Mutant } from '../../drills/mutant.ts'
import { mutantsOf } from '../../drills/mutants.ts'
import { type Experience, noticedFirst, type TriedMutant } from '../../drills/mutation-score.ts'
import type { DrillResult } from '../../drills/result.ts'
import { atOnce } from '../../rehearsal/at-once.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import type { DrilledRunbook } from './drill-files.ts'
import { killsAProcess } from './kills-a-process.ts'

export interface MutatedRunbook {
  drilled: DrilledRunbook
  mutants: Mutant[]
}

/** @param filter only mutants whose id has this in it. */
export function mutated(drilled: readonly DrilledRunbook[], filter: string | undefined): MutatedRunbook[] {
  return drilled.map(one => ({
    drilled: one,
    mutants: mutantsOf(one.loaded.runbook).filter(({ id }) => filter === undefined || id.includes(filter)),
  }))
}

interface Trying {
  /** Drills at once. */
  jobs: number
  /** What came of the same drills on the runbooks themselves. */
  unchanged: readonly DrillResult[]
  onTried(count: number): void
}

/** All mutants in turn, of each runbook one: what one drill has noticed then tells which to ask about the next change beside it. */
export async function tryAll(
  runner: DrillRunner,
  all: readonly MutatedRunbook[],
  { jobs, unchanged, onTried }: Trying,
): Promise<{ drilled: DrilledRunbook; tried: TriedMutant[] }[]> {
  const courses = all.map(({ drilled, mutants }) => {
    const own = unchanged.filter(({ runbook }) => runbook === drilled.loaded.runbook)
    const tookMs = new Map(own.map(({ drill, tookMs }) => [drill.name, tookMs]))
    return { drilled, mutants, tookMs, tried: new Map<Mutant, TriedMutant>() }
  })
  const longest = Math.max(0, ...all.map(({ mutants }) => mutants.length))
  const waiting = Array.from({ length: longest }, (_, index) =>
    courses.flatMap(course => course.mutants.slice(index, index + 1).map(mutant => ({ course, mutant }))),
  ).flat()
  let count = 0
  await atOnce(waiting, jobs, async ({ course: { drilled, tookMs, tried }, mutant }) => {
    const experience = { tookMs, tried: [...tried.values()] }
    tried.set(mutant, await tryMutant(runner, drilled, mutant, experience))
    onTried((count += 1))
  })
  return courses.map(({ drilled, mutants, tried }) => ({
    drilled,
    tried: mutants.map(mutant => tried.get(mutant)!),
  }))
}

/** One mutant, asked of one drill after the other until one goes otherwise. Those that nothing can notice are not asked about. */
async function tryMutant(
  runner: DrillRunner,
  { loaded, drills }: DrilledRunbook,
  mutant: Mutant,
  experience: Experience,
): Promise<TriedMutant> {
  if (mutant.equivalent !== undefined) return { mutant }
  const changed = { ...loaded, runbook: mutant.runbook, hash: hashOf(mutant.runbook) }
  const quick = drills.filter(drill => !killsAProcess(drill))
  for (const drill of noticedFirst(mutant, loaded.runbook, quick, experience))
    if (await goesOtherwise(runner, drill, changed)) return { mutant, noticedBy: drill.name }
  return { mutant }
}

/** A drill that cannot be run to its end on a mutant has noticed it. */
async function goesOtherwise(
  runner: DrillRunner,
  drill: DrilledRunbook['drills'][number],
  changed: LoadedRunbook & { file: string; source: string },
): Promise<boolean> {
  try {
    return compare(drill, changed.runbook, await runner.run(drill, changed)).length > 0
  } catch {
    return true
  }
}
