import { SetupError } from '../../embedded/setup-error.ts'
import type { DrillPlayer } from '../../rehearsal/drill-player.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { Failure } from '../failure.ts'
import type { Progress } from '../progress.ts'

/** Throws `drills_impossible` with what to install when there is no engine for them here. */
export async function openRunner(progress: Progress): Promise<DrillRunner> {
  // A worker and its servers are heavy, and only what runs drills needs them.
  const { startDrillRunner } = await import('../../rehearsal/drill-runner.ts')
  onSignals(code => process.exit(code))
  return orImpossible(startDrillRunner({ say: line => progress.say(line) }))
}

/**
 * Throws the same.
 * @param onSignal is given the exit code of whoever is ended by such a signal.
 */
export async function openPlayer(progress: Progress, onSignal: (code: number) => void): Promise<DrillPlayer> {
  const { startDrillPlayer } = await import('../../rehearsal/drill-player.ts')
  onSignals(onSignal)
  return orImpossible(startDrillPlayer({ say: line => progress.say(line) }))
}

async function orImpossible<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw new Failure('drills_impossible', error.message, { hint: error.hint, cause: error })
  }
}

/** The servers of the drills are killed as this process exits, which a signal alone would not let it see. */
function onSignals(onSignal: (code: number) => void): void {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const)
    process.once(signal, () => onSignal(128 + number))
}
