/**
 * A workflow interceptor of rehearsals: people (and alert sources) that act at their minute. It runs inside the incident's
 * workflow, so that they live by its clock, and the incident itself has no rehearsal code.
 */
import {
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
  type WorkflowInterceptorsFactory,
  workflowInfo,
} from '@temporalio/workflow'
import { waitForDueTimers } from './due-timers.ts'
import { actsAreDueSignal, type DueAct } from './due-acts.ts'
import type { ScriptActivities, ScriptInput } from './script-activities.ts'
import { incidentWorkflowType, postmortemWorkflowType, taskQueue } from '../contracts/messages.ts'
import type { CarriedInput } from '../workflows/life.ts'

const { readScript, performAct } = proxyActivities<ScriptActivities>({
  taskQueue,
  startToCloseTimeout: 30_000,
  heartbeatTimeout: 3_000,
  // Only of those that were lost with their worker; see acted-once.ts.
  retry: { initialInterval: 100, maximumAttempts: 5 },
})

const actsAreDue = defineSignal<[DueAct[]]>(actsAreDueSignal)

export const interceptors: WorkflowInterceptorsFactory = () => {
  const { inbound, outbound } = waitForDueTimers()
  return {
    outbound,
    inbound: [
      ...inbound,
      {
        async execute(input, next) {
          const script = scriptOf(workflowInfo().workflowType, input.args)
          return script === undefined ? next(input) : Promise.race([next(input), followScript(script)])
        },
      },
    ],
  }
}

type Script = ScriptInput & { fromMs: number }

function scriptOf(workflowType: string, args: unknown[]): Script | undefined {
  // The arguments are those of the workflow whose type it is.
  if (workflowType === postmortemWorkflowType) {
    const [{ number }] = args as [{ number: string }]
    return { number, during: 'post-mortem', fromMs: Date.now() }
  }
  if (workflowType !== incidentWorkflowType) return undefined
  const [{ number, openedAtMs, carried }] = args as [CarriedInput]
  // A later run goes on with the script of the first.
  return carried === undefined ? { number, during: 'incident', fromMs: openedAtMs } : undefined
}

/** Resolves when the rehearsal is over, which is never unless its script says so. */
async function followScript({ fromMs, ...script }: Script): Promise<void> {
  setHandler(actsAreDue, acts => void follow(script, Date.now(), acts))
  const { acts, endsAfterMs } = await readScript(script)
  const followed = follow(script, fromMs, acts)
  if (endsAfterMs === undefined) return new Promise(() => undefined)
  await Promise.all([followed, sleep(Math.max(1, fromMs + endsAfterMs - Date.now()))])
}

async function follow(script: ScriptInput, fromMs: number, acts: readonly DueAct[]): Promise<void> {
  for (const { index, afterMs } of acts) {
    const waitMs = fromMs + afterMs - Date.now()
    if (waitMs > 0) await sleep(waitMs)
    await performAct({ ...script, index, atMs: Date.now() })
  }
}
