import type { IncidentInput } from '../contracts/messages.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import { readWorkflowInput } from '../store/incidents.ts'
import {
  countFailedDelivery,
  lockDeliveries,
  markDelivered,
  readMessages,
  undelivered,
} from '../store/messages.ts'

/** The door to Temporal; the composition root opens it. */
export interface IncidentWorkflows {
  /** Starts the incident's workflow once for ever, with its first message; a second time changes nothing. */
  startWithMessage(input: IncidentInput): Promise<'delivered'>
  /** `ended`: the workflow is over for good. */
  signal(number: string, rowId: number): Promise<'delivered' | 'ended'>
}

/**
 * Hands an incident's waiting messages to its workflow, in order, starting it when it has not been started. A crash
 * between the call and the mark delivers again under the same row id, which the workflow drops. Returns how many were
 * delivered; throws nothing: what failed is counted and waits.
 */
export async function deliverMessages(
  pool: Pool,
  workflows: IncidentWorkflows,
  number: string,
): Promise<number> {
  try {
    return await inTransaction(pool, async tx => {
      if (!(await lockDeliveries(tx, number))) return 0
      const { rowIds, isStarted } = await undelivered(tx, number)
      const [first, ...rest] = rowIds
      if (first === undefined) return 0
      if (isStarted) await workflows.signal(number, first)
      else await workflows.startWithMessage(await readStart(tx, number, first))
      await markDelivered(tx, number, [first], new Date())
      // One by one, so that a slow Temporal does not leave this transaction idle for all of them.
      for (const rowId of rest) {
        await workflows.signal(number, rowId)
        await markDelivered(tx, number, [rowId], new Date())
      }
      return rowIds.length
    })
  } catch (error) {
    await countFailedDelivery(pool, number, String(error)).catch(() => {})
    return 0
  }
}

async function readStart(tx: Queryable, number: string, first: number): Promise<IncidentInput> {
  const [opening] = await readMessages(tx, number, [first])
  return { ...(await readWorkflowInput(tx, number)), opening: opening! }
}
