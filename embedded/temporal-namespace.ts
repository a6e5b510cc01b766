import { setTimeout as delay } from 'node:timers/promises'
import { Connection, isGrpcServiceError } from '@temporalio/client'
import { msNumberToTs } from '@temporalio/common/lib/time.js'
import { connectionOptions, type TemporalEndpoint } from '../contracts/temporal-endpoint.ts'

// Long enough to look into last month's incident with Temporal's own tools; the record itself is in PostgreSQL.
const RETENTION_MS = 30 * 24 * 60 * 60 * 1_000
const USABLE_WITHIN_MS = 30_000
const POLL_MS = 20
// grpc status codes, https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const NOT_FOUND = 5
const ALREADY_EXISTS = 6

/** Registers a namespace unless it exists, and returns when workflows can be started in it. */
export async function registerNamespace(address: string, namespace: string): Promise<void> {
  await registerNamespaceOf({ address, namespace })
}

/** The same where the connection needs certificates or a key. */
export async function registerNamespaceOf(endpoint: TemporalEndpoint): Promise<void> {
  const { namespace } = endpoint
  const connection = await Connection.connect(connectionOptions(endpoint))
  try {
    await register(connection, namespace)
    await waitUntilUsable(connection, namespace)
  } finally {
    await connection.close()
  }
}

async function register(connection: Connection, namespace: string) {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msNumberToTs(RETENTION_MS),
    })
  } catch (error) {
    if (!(isGrpcServiceError(error) && Number(error.code) === ALREADY_EXISTS)) throw error
  }
}

// The services read new namespaces from the store every few seconds, each on its own.
async function waitUntilUsable(connection: Connection, namespace: string) {
  const deadline = Date.now() + USABLE_WITHIN_MS
  for (;;) {
    try {
      await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 })
      return
    } catch (error) {
      const isYetUnknown = isGrpcServiceError(error) && Number(error.code) === NOT_FOUND
      if (!isYetUnknown || Date.now() > deadline) throw error
      await delay(POLL_MS)
    }
  }
}
