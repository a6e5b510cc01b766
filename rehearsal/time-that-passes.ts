/**
 * A workflow interceptor of drills that somebody plays: while an activity is at work no time is skipped, and one is, until whoever
 * plays lets time jump. It is asked again whenever something has happened in the incident.
 */
import {
  CancellationScope,
  condition,
  proxyActivities,
  type WorkflowInterceptorsFactory,
  workflowInfo,
} from '@temporalio/workflow'
import { incidentWorkflowType, taskQueue } from '../contracts/messages.ts'
import type { PlayedTime } from './played-time.ts'

const { letTimePass } = proxyActivities<Pick<PlayedTime, 'letTimePass'>>({
  taskQueue,
  startToCloseTimeout: '24 hours',
  retry: { initialInterval: 100, maximumAttempts: 5 },
})

/** Where nothing happens any more, time does not jump to the end of all days. */
const longestJump = '1 hour'

/** What the rehearsal itself keeps at work. */
const stageHands = ['letTimePass', 'letTimersFire']

export const interceptors: WorkflowInterceptorsFactory = () => {
  let hasHappened = false
  async function noticed<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } finally {
      hasHappened = true
    }
  }
  async function passTime(): Promise<never> {
    for (;;) {
      hasHappened = false
      await letTimePass()
      await condition(() => hasHappened, longestJump)
    }
  }
  return {
    inbound: [
      {
        execute(input, next) {
          if (workflowInfo().workflowType === incidentWorkflowType)
            // Whatever the workflow gives up in the meantime.
            void CancellationScope.nonCancellable(passTime).catch(() => undefined)
          return next(input)
        },
        handleSignal(input, next) {
          hasHappened = true
          return next(input)
        },
      },
    ],
    outbound: [
      {
        async startTimer(input, next) {
          await next(input)
          hasHappened = true
        },
        scheduleActivity: (input, next) =>
          stageHands.includes(input.activityType) ? next(input) : noticed(next(input)),
        scheduleLocalActivity: (input, next) => noticed(next(input)),
      },
    ],
  }
}
