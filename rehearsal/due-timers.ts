/**
 * Keeps the engine from jumping over a timer. When nothing is to be done it skips to the next timer that lies ahead, and does not see one
 * that is due and has not fired yet (Temporal v1.32.1, service/history/workflow/timeskipping.go, TrackEarliestFutureTime): of two that are due
 * within milliseconds the second may fire at the time of a third. While an activity is at work nothing is skipped.
 */
import { CancellationScope, proxyActivities, type WorkflowInterceptors } from '@temporalio/workflow'
import { taskQueue } from '../contracts/messages.ts'
import type { StageHandActivities } from './stage-hands.ts'

const { letTimersFire } = proxyActivities<StageHandActivities>({
  taskQueue,
  startToCloseTimeout: 30_000,
  heartbeatTimeout: 3_000,
  retry: { initialInterval: 100, maximumAttempts: 5 },
})

/** A task of a workflow is answered within this on a busy machine (measured: 300 ms with twelve drills at once on two cores). */
const soonMs = 600

export function waitForDueTimers(): Required<Pick<WorkflowInterceptors, 'inbound' | 'outbound'>> {
  const dueMs = new Map<number, number>()
  let isWaiting = false

  function look(): void {
    const soon = [...dueMs.values()].filter(ms => ms <= Date.now() + soonMs)
    if (isWaiting || soon.length === 0) return
    isWaiting = true
    // Whatever the workflow gives up in the meantime.
    void CancellationScope.nonCancellable(() => letTimersFire({ untilMs: Math.max(...soon) }))
      .catch(() => undefined)
      .then(() => (isWaiting = false))
      .then(look)
  }
  async function looking<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } finally {
      look()
    }
  }
  return {
    inbound: [
      {
        handleSignal(input, next) {
          look()
          return next(input)
        },
      },
    ],
    outbound: [
      {
        async startTimer(input, next) {
          dueMs.set(input.seq, Date.now() + input.durationMs)
          try {
            const fired = next(input)
            look()
            return await fired
          } finally {
            dueMs.delete(input.seq)
            look()
          }
        },
        scheduleActivity: (input, next) =>
          input.activityType === 'letTimersFire' ? next(input) : looking(next(input)),
        scheduleLocalActivity: (input, next) => looking(next(input)),
      },
    ],
  }
}
