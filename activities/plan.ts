import { activityInfo, cancellationSignal } from '@temporalio/activity'
import { hashOf } from '../contracts/canonical-json.ts'
import { CodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import { attemptId } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { GateDemand, PlannedStep, Preview } from '../contracts/plan.ts'
import type { Attempted } from '../contracts/runbook.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool, withCodedErrors } from '../store/database.ts'
import { openGate } from '../store/gates.ts'
import { readPlan, savePlan } from '../store/plans.ts'
import { defaultGate } from '../contracts/demand-gate.ts'
import { renderPlan } from './render-plan.ts'
import { type AnyAction, anyAction } from './targets/any-action.ts'
import type { ActionImplementations } from './targets/implementations.ts'
import { messageOf } from './targets/redaction.ts'
import { createWorkflowClock } from './workflow-clock.ts'
import { type Decision, writeDecisions } from './write-decisions.ts'

export interface PlanInput {
  incident: string
  step: Attempted
  attempt: number
  /** Name of the configured target. */
  target: string
  runbook: { name: string; hash: string }
  unwritten: Decision[]
}

export type PlanOutcome =
  | {
      state: 'planned'
      planHash: string
      summary: string
      gate?: { id: string; expiresAtMs: number; onExpiry: GateDemand['onExpiry'] }
    }
  /** Planned, recorded, and not to be done: the target's autonomy is `observe`. */
  | { state: 'observed'; planHash: string; summary: string }
  | { state: 'nothing-to-do'; summary: string }
  | { state: 'failed'; because: string }

export function createPlanActivities(dependencies: {
  pool: Pool
  configuration: Configuration
  actions: ActionImplementations
}) {
  return {
    /** Renders a step into a plan, keeps it as evidence, and opens its gate when somebody has to allow it. Changes no target. */
    async plan(input: PlanInput): Promise<PlanOutcome> {
      const now = createWorkflowClock()
      await writeDecisions(dependencies.pool, input.incident, input.unwritten)
      const target = dependencies.configuration.targets.find(candidate => candidate.name === input.target)
      if (target === undefined)
        return { state: 'failed', because: `target ${input.target} is not in this worker's configuration` }
      // A crash after the commit brings the activity here again: what was shown to people stands.
      const before = await withCodedErrors(() => readPlan(dependencies.pool, gateIdOf(input)))
      if (before !== undefined)
        return outcomeOf(input, target, before.preview, before.planHash, before.gateExpiresAtMs)
      const planned = await render(input, target, anyAction(dependencies.actions, input.step.uses))
      if ('because' in planned) return { state: 'failed', because: planned.because }
      const expiresAtMs = await keep(dependencies.pool, input, planned, now())
      return outcomeOf(input, target, planned.preview, planned.planHash, expiresAtMs)
    },
  }
}

function outcomeOf(
  input: PlanInput,
  target: TargetConfiguration,
  preview: Preview,
  planHash: string,
  gateExpiresAtMs: number | undefined,
): PlanOutcome {
  const { summary } = preview
  if (preview.wouldTouch === 0) return { state: 'nothing-to-do', summary }
  if (target.autonomy === 'observe') return { state: 'observed', planHash, summary }
  if (gateExpiresAtMs === undefined) return { state: 'planned', planHash, summary }
  const onExpiry = input.step.gate?.onExpiry ?? defaultGate.onExpiry
  return {
    state: 'planned',
    planHash,
    summary,
    gate: { id: gateIdOf(input), expiresAtMs: gateExpiresAtMs, onExpiry },
  }
}

async function render(
  input: PlanInput,
  target: TargetConfiguration,
  action: AnyAction,
): Promise<PlannedStep | { because: string }> {
  const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(limits.checkTimeoutMs)])
  try {
    return await renderPlan(input, target, action, signal)
  } catch (error) {
    // No answer is worth another try by Temporal, but not many; a refusal of the target is final.
    const mayAnswer = !(error instanceof CodedError) || error.family === 'unavailable'
    if (mayAnswer && activityInfo().attempt < limits.planTries) throw error
    return { because: messageOf(error) }
  }
}

/** Commits the plan and opens its gate; returns when the gate expires, if there is one. */
async function keep(
  pool: Pool,
  input: PlanInput,
  planned: PlannedStep,
  atMs: number,
): Promise<number | undefined> {
  const { plan, planHash, preview, gate } = planned
  const previewHash = hashOf(preview)
  const isGated = gate !== undefined && planned.autonomy !== 'observe' && preview.wouldTouch > 0
  const expiresAtMs = isGated ? atMs + gate.expiresMs : undefined
  await inTransaction(pool, async tx => {
    await savePlan(tx, planned, { previewHash, isGated, atMs })
    const opened =
      expiresAtMs === undefined || gate === undefined
        ? []
        : await openGate(tx, {
            id: gateIdOf(input),
            incident: plan.incident,
            kind: 'approval',
            step: plan.step,
            attempt: plan.attempt,
            planHash,
            runbookHash: plan.runbook.hash,
            question: preview.summary,
            approvers: [...gate.approvers],
            quorum: gate.quorum,
            expiresAtMs,
            atMs,
          })
    const { step, attempt, action, risk, parameters } = plan
    const data = {
      step,
      attempt,
      action,
      risk,
      target: plan.target.name,
      planHash,
      preview,
      previewHash,
      parameters,
    }
    await appendEntries(tx, [
      { kind: 'step.planned', actor: 'paramedic', atMs, incident: plan.incident, data },
      ...opened,
    ])
  })
  return expiresAtMs
}

function gateIdOf(input: PlanInput): string {
  return attemptId(input.incident, input.step.id, input.attempt)
}
