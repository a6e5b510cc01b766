import { randomUUID } from 'node:crypto'
import {
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  TimeoutFailure,
  WorkflowFailedError,
} from '@temporalio/client'
import { CodedError } from '../contracts/coded-error.ts'
import type { ForeseeInput, Foresight } from '../contracts/foresight.ts'
import { limits } from '../contracts/limits.ts'
import { foreseeWorkflowType, taskQueue } from '../contracts/messages.ts'
import { connectionOptions, type TemporalEndpoint } from '../contracts/temporal-endpoint.ts'

/** How the api asks targets, which only workers reach, what would be done. */
export interface Foresights {
  /** Throws `temporal_unavailable`. */
  foresee(input: ForeseeInput): Promise<Foresight>
}

/** A Temporal slower than this at taking a question is as good as away. */
const beginsWithinMs = 5_000

/** It connects when first asked, so that the api starts without Temporal. */
export function createForesights(endpoint: TemporalEndpoint): Foresights & { close(): Promise<void> } {
  const connection = Connection.lazy({ ...connectionOptions(endpoint), connectTimeout: beginsWithinMs })
  const client = new Client({ connection, namespace: endpoint.namespace })
  return {
    async foresee(input) {
      const handle = await client
        .withDeadline(Date.now() + beginsWithinMs, () =>
          client.workflow.start(foreseeWorkflowType, {
            workflowId: `foresee/${randomUUID()}`,
            taskQueue,
            args: [input],
            // A worker that comes back later must not ask the targets for nobody.
            workflowExecutionTimeout: limits.foreseeAnswerMs,
          }),
        )
        .catch((cause: unknown) => {
          throw unavailable('Temporal did not take the question what would be done.', cause)
        })
      const answer: Promise<Foresight> = client.withDeadline(
        Date.now() + limits.foreseeAnswerMs + beginsWithinMs,
        () => handle.result(),
      )
      return answer.catch((error: unknown) => {
        throw asCoded(error)
      })
    },
    close: () => connection.close(),
  }
}

/** Neither Temporal nor a worker that is away is our fault; anything else is. */
function asCoded(error: unknown): unknown {
  if (isGrpcServiceError(error) || error instanceof ServiceError)
    return unavailable('Temporal did not tell what would be done.', error)
  const isTimedOut = error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure
  const waitedS = limits.foreseeAnswerMs / 1_000
  return isTimedOut ? unavailable(`No worker told within ${waitedS} s what would be done.`, error) : error
}

function unavailable(message: string, cause: unknown): CodedError {
  return new CodedError('temporal_unavailable', message, { cause })
}
