/**
 * A container's health check: exit code 0 when the worker on this host polls for its tasks. A worker opens no port, so Temporal
 * is asked who polls; while Temporal does not answer nothing is said against the worker, which waits for it.
 */
import { hostname } from 'node:os'
import { Connection } from '@temporalio/client'
import { readSite, readTemporalEndpoint } from '../../configuration.ts'
import { queueAt, taskQueue } from '../../contracts/messages.ts'
import { connectionOptions } from '../../contracts/temporal-endpoint.ts'

const answersWithinMs = 5_000
/** A poll lasts up to a minute. */
const pollerSeenWithinMs = 75_000

const site = readSite()
const endpoint = readTemporalEndpoint()
const pollers = await readPollers().catch(() => undefined)
const isPolling = (pollers ?? []).some(
  ({ identity, lastAccessTime }) =>
    identity?.endsWith(`@${hostname()}`) === true &&
    Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < pollerSeenWithinMs,
)
process.stdout.write(
  pollers === undefined
    ? 'Temporal does not answer\n'
    : `this worker ${isPolling ? 'polls' : 'does not poll'}\n`,
)
process.exitCode = pollers === undefined || isPolling ? 0 : 1

async function readPollers() {
  const connection = await Connection.connect({
    ...connectionOptions(endpoint),
    connectTimeout: answersWithinMs,
  })
  try {
    const { pollers } = await connection.withDeadline(Date.now() + answersWithinMs, () =>
      connection.workflowService.describeTaskQueue({
        namespace: endpoint.namespace,
        taskQueue: { name: queueAt(taskQueue, site) },
        // TASK_QUEUE_TYPE_WORKFLOW; at a site there are only activities.
        taskQueueType: site === undefined ? 1 : 2,
      }),
    )
    return pollers
  } finally {
    await connection.close()
  }
}
