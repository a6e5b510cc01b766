import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, proxyActivities, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow'
import type { Activities } from '../activities/activities.ts'
import { taskQueue } from '../contracts/messages.ts'
import { postmortemWorkflowId } from '../contracts/postmortem.ts'
import { postmortem } from './postmortem.ts'

/** Retried until the incident's chain is closed and its histories are kept; nobody waits for it. */
const { archive } = proxyActivities<Activities['main']>({
  taskQueue,
  startToCloseTimeout: 60_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 60_000 },
})

/** What is left when an incident has closed: its complete histories go into the audit log, and its post-mortem begins. */
export async function after(input: { number: string }): Promise<void> {
  await archive(input)
  await beginPostmortem(input)
}

/** Started once for ever; it goes on for days by itself. */
async function beginPostmortem({ number }: { number: string }): Promise<void> {
  try {
    await startChild(postmortem, {
      workflowId: postmortemWorkflowId(number),
      args: [{ number }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    })
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  }
}
