/**
 * A workflow interceptor of rehearsals: people (and alert sources) that act at their minute. It runs inside the incident's
 * workflow, so that they live by its clock, and the incident itself has no rehearsal code.
 */
import { proxyActivities, sleep, type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow'
import type { ScriptActivities } from './script-activities.ts'
import { incidentWorkflowType, taskQueue } from '../contracts/messages.ts'
import type { CarriedInput } from '../workflows/life.ts'

const { readScript, performAct } = proxyActivities<ScriptActivities>({
  taskQueue,
  startToCloseTimeout: 30_000,
  retry: { maximumAttempts: 1 },
})

export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        const [incident] = input.args as [CarriedInput]
        const isFirstRun =
          workflowInfo().workflowType === incidentWorkflowType && incident.carried === undefined
        if (isFirstRun) void followScript(incident)
        return next(input)
      },
    },
  ],
})

async function followScript(incident: CarriedInput): Promise<void> {
  const script = await readScript({ number: incident.number, labels: incident.alert.labels })
  for (const [index, atOffsetMs] of script.entries()) {
    const waitMs = incident.openedAtMs + atOffsetMs - Date.now()
    if (waitMs > 0) await sleep(waitMs)
    await performAct({ number: incident.number, labels: incident.alert.labels, index, atMs: Date.now() })
  }
}
