/** The drills of a runbook run on every runbook that differs from it in one thing: which of them do they notice? */
import type { LoadedRunbook } from '../../contracts/runbook.ts'
import { hashOf } from '../../contracts/canonical-json.ts'
import { compare } from '../../drills/compare.ts'
import type { Mutant } from '../../drills/mutant.ts'
import { mutantsOf } from '../../drills/mutants.ts'
import { noticedFirst, type TriedMutant } from '../../drills/mutation-score.ts'
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

/** One mutant, asked of one drill after the other until one goes otherwise. Those that nothing can notice are not asked about. */
export async function tryMutant(
  runner: DrillRunner,
  { loaded, drills }: DrilledRunbook,
  mutant: Mutant,
): Promise<TriedMutant> {
  if (mutant.equivalent !== undefined) return { mutant }
  const changed = { ...loaded, runbook: mutant.runbook, hash: hashOf(mutant.runbook) }
  const quick = drills.filter(drill => !killsAProcess(drill))
  for (const drill of noticedFirst(mutant, loaded.runbook, quick))
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
