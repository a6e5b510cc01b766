import { SetupError } from '../../embedded/setup-error.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { Failure } from '../failure.ts'
import type { Progress } from '../progress.ts'

/** Throws `drills_impossible` with what to install when there is no engine for them here. */
export async function openRunner(progress: Progress): Promise<DrillRunner> {
  // A worker and its servers are heavy, and only what runs drills needs them.
  const { startDrillRunner } = await import('../../rehearsal/drill-runner.ts')
  endWithSignals()
  try {
    return await startDrillRunner({ say: line => progress.say(line) })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw new Failure('drills_impossible', error.message, { hint: error.hint, cause: error })
  }
}

/** The servers of the drills are killed as this process exits, which a signal alone would not let it see. */
function endWithSignals(): void {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const)
    process.once(signal, () => process.exit(128 + number))
}
