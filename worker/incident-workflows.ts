import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client'
import { incidentWorkflowId } from '../contracts/incident.ts'
import { changedSignal, incidentWorkflowType, taskQueue } from '../contracts/messages.ts'
import type { IncidentWorkflows } from '../intake/deliver-messages.ts'

/** Longest wait for one answer of Temporal; the relay tries again. */
const answerWithinMs = 5_000

/**
 * How the relay reaches workflows: an incident is started once for ever, and its first message is part of its input. One that has
 * been started before was given that same message.
 */
export function createIncidentWorkflows(client: Client): IncidentWorkflows {
  return {
    async startWithMessage(input) {
      return client.withDeadline(Date.now() + answerWithinMs, async () => {
        try {
          await client.workflow.start(incidentWorkflowType, {
            workflowId: incidentWorkflowId(input.number),
            taskQueue,
            args: [input],
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            staticSummary: `${input.number} ${input.runbook.name}`,
          })
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
        }
        return 'delivered' as const
      })
    },

    async signal(number, rowId) {
      return client.withDeadline(Date.now() + answerWithinMs, async () => {
        try {
          await client.workflow.getHandle(incidentWorkflowId(number)).signal(changedSignal, { rowId })
          return 'delivered'
        } catch (error) {
          if (
            error instanceof WorkflowNotFoundError ||
            (isGrpcServiceError(error) && error.code === notFound)
          )
            return 'ended'
          throw error
        }
      })
    },
  }
}

/** gRPC status NOT_FOUND: the workflow has completed. */
const notFound = 5
