import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/activities.ts'
import { taskQueue } from '../contracts/messages.ts'

/** Retried until the incident's chain is closed and its histories are kept; nobody waits for it. */
const { archive } = proxyActivities<Activities['main']>({
  taskQueue,
  startToCloseTimeout: 60_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 60_000 },
})

/** What is left when an incident has closed: its complete histories go into the audit log. */
export async function after(input: { number: string }): Promise<void> {
  await archive(input)
}
