import { type NativeConnection, Worker, type WorkerOptions, type WorkflowBundle } from '@temporalio/worker'
import type { Activities, SiteActivities } from '../activities/activities.ts'
import { actionTaskQueue, pageTaskQueue, queueAt, taskQueue } from '../contracts/messages.ts'
import { codedFailures } from './coded-failures.ts'

interface Place {
  connection: NativeConnection
  namespace: string
  identity?: string
}

/** One worker a task queue: workflows and records, actions, pages. A page never waits behind an action. */
export async function createWorkers(
  options: Place & {
    bundle: WorkflowBundle
    /** Of each queue; a rehearsal's answer to every type. */
    activities: Activities | Record<keyof Activities, object>
    /** 0 makes every workflow task a replay. Default 200 workflows in memory. */
    maxCachedWorkflows?: number
  },
): Promise<Worker[]> {
  const shared = sharedBy(options)
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue,
      activities: options.activities.main,
      workflowBundle: options.bundle,
      maxCachedWorkflows: options.maxCachedWorkflows ?? 200,
      // A killed worker's incidents go on elsewhere after this instead of ten seconds.
      stickyQueueScheduleToStartTimeout: 1_000,
    }),
    Worker.create({ ...shared, taskQueue: actionTaskQueue, activities: options.activities.actions }),
    Worker.create({ ...shared, taskQueue: pageTaskQueue, activities: options.activities.pages }),
  ])
}

/** The workers of a site: its measurements and its actions, and no workflows. */
export async function createSiteWorkers(
  options: Place & { site: string; activities: SiteActivities | Record<keyof SiteActivities, object> },
): Promise<Worker[]> {
  const shared = sharedBy(options)
  const { main, actions } = options.activities
  return Promise.all([
    Worker.create({ ...shared, taskQueue: queueAt(taskQueue, options.site), activities: main }),
    Worker.create({ ...shared, taskQueue: queueAt(actionTaskQueue, options.site), activities: actions }),
  ])
}

function sharedBy({ connection, namespace, identity }: Place): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace,
    ...(identity === undefined ? {} : { identity }),
    interceptors: { activity: [() => ({ inbound: codedFailures })] },
    shutdownGraceTime: 3_000,
    shutdownForceTime: 8_000,
    // A page or an effect in flight beats often; more often than this only costs.
    maxHeartbeatThrottleInterval: 1_000,
    defaultHeartbeatThrottleInterval: 1_000,
  }
}

/**
 * Runs the workers until the signal; resolves when what they do is finished or handed back. A signal that came before is no
 * exception: only workers that have run and ended let their connection be closed.
 */
export async function runWorkers(workers: Worker[], signal: AbortSignal): Promise<void> {
  const stopped = new Promise<void>(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.all(workers.map(worker => worker.runUntil(stopped)))
}
