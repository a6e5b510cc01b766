/** How Temporal is asked whether workers are there: api, supervision and the image's health check ask alike. */
import { queueAt, taskQueue } from './messages.ts'

/** A poll lasts up to a minute, and its end is not told: only a longer silence is the silence of a worker that is gone. */
const pollLastsMs = 60_000
/** A worker that has just polled is there, whatever the clocks of its server and this process say. */
const pollGraceMs = 15_000

/** The question for the pollers of workers without a site, or of those at one; `describeTaskQueue` takes it. */
export function questionForPollers(namespace: string, site: string | undefined) {
  return {
    namespace,
    taskQueue: { name: queueAt(taskQueue, site) },
    // Whoever polls for workflows (1, TASK_QUEUE_TYPE_WORKFLOW) runs everything else of ours too; at a site there are none.
    taskQueueType: site === undefined ? 1 : 2,
  }
}

/** Whether a worker that last began a poll then is still there. Temporal lists pollers for five minutes. */
export function isPolling(lastPollAtMs: number | undefined, atMs: number): boolean {
  return lastPollAtMs !== undefined && atMs - lastPollAtMs <= pollLastsMs + pollGraceMs
}
