/**
 * A container's health check: exit code 0 when the worker on this host polls for its tasks. A worker opens no port, so Temporal
 * is asked who polls; while Temporal does not answer nothing is said against the worker, which waits for it.
 */
import { hostname } from 'node:os'
import { Connection } from '@temporalio/client'
import { readSite, readTemporalEndpoint } from '../../configuration.ts'
import { isPolling, questionForPollers } from '../../contracts/pollers.ts'
import { connectionOptions } from '../../contracts/temporal-endpoint.ts'

const answersWithinMs = 5_000

const endpoint = readTemporalEndpoint()
const pollers = await readPollers().catch(() => undefined)
const isThere = (pollers ?? []).some(
  ({ identity, lastAccessTime }) =>
    identity?.endsWith(`@${hostname()}`) === true &&
    isPolling(Number(lastAccessTime?.seconds ?? 0) * 1_000, Date.now()),
)
process.stdout.write(
  pollers === undefined
    ? 'Temporal does not answer\n'
    : `this worker ${isThere ? 'polls' : 'does not poll'}\n`,
)
process.exitCode = pollers === undefined || isThere ? 0 : 1

async function readPollers() {
  const connection = await Connection.connect({
    ...connectionOptions(endpoint),
    connectTimeout: answersWithinMs,
  })
  try {
    const { pollers } = await connection.withDeadline(Date.now() + answersWithinMs, () =>
      connection.workflowService.describeTaskQueue(questionForPollers(endpoint.namespace, readSite())),
    )
    return pollers
  } finally {
    await connection.close()
  }
}
