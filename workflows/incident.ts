import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow'
import { afterWorkflowId } from '../contracts/incident.ts'
import type { IncidentEnd } from '../contracts/messages.ts'
import { after } from './after.ts'
import { escalate } from './escalate.ts'
import { inform } from './inform.ts'
import { type CarriedInput, hear, type Life, startLife } from './life.ts'
import { mitigate } from './mitigate.ts'
import { recheck } from './recheck.ts'
import { closeAsAsked, recover } from './recovery.ts'
import { runRoutine } from './routine.ts'
import { triage } from './triage.ts'

/**
 * The life of an incident: triage, then mitigate, verify and hold until one recovery lasts or a person ends it, and
 * close. Escalation, regular updates and listening run beside it from the first moment to the last.
 */
export async function incident(input: CarriedInput): Promise<IncidentEnd> {
  const life = startLife(input)
  const beside = new CancellationScope()
  const companions = beside.run(() => Promise.all([hear(life), escalate(life), inform(life), recheck(life)]))
  const ended = await Promise.race([live(life), companions])
  // It may have fired in this very moment.
  if (ended === 'long') await condition(() => life.state.pagesInFlight === 0)
  await life.record()
  beside.cancel()
  await companions.catch((error: unknown) => {
    if (!isCancellation(error)) throw error
  })
  if (ended === 'long') return continueAsNew<typeof incident>({ ...life.input, carried: life.state })
  await startChild(after, {
    workflowId: afterWorkflowId(input.number),
    args: [{ number: input.number }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  }).catch((error: unknown) => {
    // A run that was set back after the close comes here again while the first one's is still at work.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  })
  return {
    outcome: life.state.ended?.outcome ?? 'recovered',
    severity: life.state.severity,
    closedAtMs: Date.now(),
  }
}

async function live(life: Life): Promise<'closed' | 'long'> {
  // Detected it is already: the alert that opened it is part of its input.
  if (life.state.phase === 'detection') await triage(life)
  if (life.input.routine !== undefined) return runRoutine(life)
  for (;;) {
    const mitigated = await mitigate(life)
    if (mitigated === 'long') return 'long'
    if (mitigated !== 'ended' && (await recover(life))) return 'closed'
    if (life.state.ended !== undefined) {
      await closeAsAsked(life)
      return 'closed'
    }
  }
}
