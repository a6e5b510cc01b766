import type { Connection } from '@temporalio/client'

/** Requests that start a workflow and carry its time skipping configuration (fields 29 and 27, server 1.32). */
const startRequests = ['startWorkflowExecution', 'signalWithStartWorkflowExecution'] as const

/** How long after now a workflow begins, milliseconds; undefined begins at once. */
export type StartDelay = (workflowId: string) => number | undefined

/**
 * Makes every workflow started through this connection skip time whenever nothing is left to do. The SDK has no option for it
 * yet, so the raw requests are completed; the namespace must have `frontend.WorkflowTimeSkippingEnabled`.
 */
export function skipTime(connection: Connection, startDelay: StartDelay = () => undefined): void {
  const service = connection.workflowService as unknown as Record<string, (request: object) => unknown>
  for (const name of startRequests) {
    const send = service[name]!.bind(service)
    service[name] = request =>
      send({ ...request, ...delayed(request, startDelay), timeSkippingConfig: { enabled: true } })
  }
}

function delayed(request: { workflowId?: string }, startDelay: StartDelay): object {
  const ms = startDelay(request.workflowId ?? '')
  if (ms === undefined || ms <= 0) return {}
  return { workflowStartDelay: { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 } }
}
