/** Every activity with its queue, timeouts and retry policy, all explicit. */
import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/activities.ts'
import { actionTaskQueue, pageTaskQueue, queueAt, taskQueue } from '../contracts/messages.ts'
import { limits } from '../contracts/limits.ts'
import type { Step, Steadiness } from '../contracts/runbook.ts'
import { untilDone } from './until-done.ts'

/** PostgreSQL comes back; what was decided has to be written, however long that takes. */
const untilItWorks = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 }

/**
 * What has to be done at a site waits for a worker there, and only so long; without a site nothing is added. Temporal does not
 * repeat what nobody took.
 */
function takenAt(site: string | undefined): { scheduleToStartTimeout?: number } {
  return site === undefined ? {} : { scheduleToStartTimeout: limits.siteTakesWithinMs }
}

export const records = untilDone(
  proxyActivities<Activities['main']>({ taskQueue, startToCloseTimeout: 15_000, retry: untilItWorks }),
)

/**
 * Reading changes nothing, so it may be done again when a workflow task is: as a local activity. Never writing: a task that
 * is done again may decide otherwise, and what the first one wrote would be nobody's decision.
 */
export const reads = proxyLocalActivities<Pick<Activities['main'], 'readMessages'>>({
  startToCloseTimeout: limits.localReadMs,
  retry: { maximumAttempts: 1 },
})

/**
 * A check answers within its own timeout, also when the target does not; five seconds more are for the record. At a site, from
 * where the record may be out of reach for long, it ends.
 */
export function checkStubs(timeoutMs: number, site: string | undefined): Activities['main'] {
  const startToCloseTimeout = timeoutMs + 5_000
  return proxyActivities<Activities['main']>({
    taskQueue: queueAt(taskQueue, site),
    startToCloseTimeout,
    ...takenAt(site),
    ...(site === undefined ? {} : { scheduleToCloseTimeout: limits.siteTakesWithinMs + startToCloseTimeout }),
    retry: untilItWorks,
  })
}

/**
 * The retry policy is the poll of a verification: one sample an attempt, `every` apart, until schedule-to-close ends it.
 * TRY_CANCEL returns at once when a person ends the incident.
 */
export function verifyStub(
  steadiness: Steadiness,
  slowestCheckMs: number,
  site: string | undefined,
): Pick<Activities['main'], 'verify'> {
  return proxyActivities<Activities['main']>({
    taskQueue: queueAt(taskQueue, site),
    startToCloseTimeout: slowestCheckMs + 5_000,
    heartbeatTimeout: slowestCheckMs + 5_000,
    scheduleToCloseTimeout: steadiness.withinMs,
    retry: {
      initialInterval: steadiness.everyMs,
      backoffCoefficient: 1,
      maximumInterval: steadiness.everyMs,
    },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  })
}

/**
 * As a verification, the retry policy is the poll; nothing but the end of the incident, or what it has to tell, ends it. A site
 * without a worker is no reason to stop: it is measured there when one is back.
 */
export function recheckStub(
  everyMs: number,
  slowestCheckMs: number,
  site: string | undefined,
): Pick<Activities['main'], 'recheck'> {
  return proxyActivities<Activities['main']>({
    taskQueue: queueAt(taskQueue, site),
    startToCloseTimeout: slowestCheckMs + 5_000,
    heartbeatTimeout: slowestCheckMs + 5_000,
    retry: { initialInterval: everyMs, backoffCoefficient: 1, maximumInterval: everyMs },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  })
}

/**
 * Planning only reads the target. It gives up by itself on one that does not answer, and waits for a database that is away; at
 * a site, from where the record may be out of reach for long, it ends.
 */
export function planStub(site: string | undefined): Pick<Activities['main'], 'plan'> {
  return proxyActivities<Activities['main']>({
    taskQueue: queueAt(taskQueue, site),
    startToCloseTimeout: limits.checkTimeoutMs + 5_000,
    ...takenAt(site),
    ...(site === undefined ? {} : { scheduleToCloseTimeout: 60_000 + limits.siteTakesWithinMs }),
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 10_000 },
  })
}

/** Never repeated by Temporal: a lost attempt is settled, and only then is there a next one. */
export function actionStubs(step: Pick<Step, 'timeoutMs'>, site: string | undefined): Activities['actions'] {
  return proxyActivities<Activities['actions']>({
    taskQueue: queueAt(actionTaskQueue, site),
    startToCloseTimeout: step.timeoutMs,
    ...takenAt(site),
    heartbeatTimeout: limits.heartbeatMs,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  })
}

/** Needs PostgreSQL and no target, so that it goes on when the worker of a site is lost for good. */
export const settles = untilDone(
  proxyActivities<Activities['actions']>({
    taskQueue: actionTaskQueue,
    startToCloseTimeout: 15_000,
    retry: untilItWorks,
  }),
)

/** A target that stays silent cannot be probed for ever: then a person is asked. */
export function probeStub(site: string | undefined): Pick<Activities['actions'], 'probe'> {
  return proxyActivities<Activities['actions']>({
    taskQueue: queueAt(actionTaskQueue, site),
    startToCloseTimeout: limits.checkTimeoutMs + 5_000,
    ...takenAt(site),
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 10_000, maximumAttempts: 6 },
  })
}

/** A page is tried for an hour; the next level does not wait for it. One that a dead worker took is due again after a heartbeat. */
export const pages = proxyActivities<Activities['pages']>({
  taskQueue: pageTaskQueue,
  startToCloseTimeout: 30_000,
  heartbeatTimeout: limits.heartbeatMs,
  scheduleToCloseTimeout: 3_600_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 },
})
