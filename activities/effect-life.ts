import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity'
import { CodedError } from '../contracts/coded-error.ts'
import { type AttemptKey, recordTouched } from '../store/claims.ts'
import type { Pool } from '../store/database.ts'
import { readFreeze } from '../store/freezes.ts'

/** How an effect learns whether it may go on, and the record how far it came. */
export interface EffectLife {
  countBy(touched: () => number): void
  checkpoint(): Promise<void>
  beatEvery(ms: number): () => void
  touched(): number
}

/**
 * Knows whether this worker may still act. A frozen process must not: the monotonic clock goes on while it is stopped,
 * so a gap longer than the heartbeat timeout means that the workflow has given this attempt up.
 */
export function createEffectLife(pool: Pool, attempt: AttemptKey): EffectLife {
  const { startToCloseTimeoutMs, heartbeatTimeoutMs } = activityInfo()
  const deadline = performance.now() + startToCloseTimeoutMs
  let lastBeat = performance.now()
  let touched = (): number => 0

  function beat(): void {
    assertInTime()
    lastBeat = performance.now()
    // Between two checkpoints a beat is all that is known of an effect whose worker is lost.
    heartbeat({ touched: touched() })
  }

  function assertInTime(): void {
    const silentMs = performance.now() - lastBeat
    const isLost = heartbeatTimeoutMs !== undefined && silentMs > heartbeatTimeoutMs
    if (isLost || performance.now() > deadline) {
      throw new CodedError(
        'deadline_passed',
        `This worker was held up for ${Math.round(silentMs)} ms; its claim is no longer good.`,
      )
    }
  }

  async function checkpoint(): Promise<void> {
    beat()
    if (cancellationSignal().aborted)
      throw new CodedError('effect_cancelled', `The effect was stopped after ${touched()}.`)
    // The row knows the count at once; a beat travels late, and not at all when this process dies.
    const [freeze, isOurs] = await Promise.all([readFreeze(pool), recordTouched(pool, attempt, touched())])
    if (freeze.isOn)
      throw new CodedError('frozen', `A freeze by ${freeze.changedBy} stopped the effect after ${touched()}.`)
    if (!isOurs)
      throw new CodedError('deadline_passed', 'The workflow settled this claim while the worker was away.')
    // Asked last, so that nothing lies between this and the next change but the change itself.
    assertInTime()
  }

  function beatEvery(ms: number): () => void {
    const timer = setInterval(() => {
      try {
        beat()
      } catch {
        // The next checkpoint says so to whoever acts.
        clearInterval(timer)
      }
    }, ms)
    return () => clearInterval(timer)
  }

  return { countBy: count => void (touched = count), checkpoint, beatEvery, touched: () => touched() }
}
