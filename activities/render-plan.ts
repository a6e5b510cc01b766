import { hashOf } from '../contracts/canonical-json.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { Plan, PlannedStep } from '../contracts/plan.ts'
import type { Attempted } from '../contracts/runbook.ts'
import { actionDefinitions } from '../contracts/targets/catalogue.ts'
import { demandGate } from '../contracts/demand-gate.ts'
import { withinLimits } from './target-limits.ts'
import type { AnyAction } from './targets/any-action.ts'

/** Whose plan it is. */
export interface PlanOf {
  incident: string
  step: Attempted
  attempt: number
  runbook: { name: string; hash: string }
}

/** Asks the target what a step would do to it, and policy who must allow that. Reads only; throws what the target throws. */
export async function renderPlan(
  { incident, step, attempt, runbook }: PlanOf,
  target: TargetConfiguration,
  action: AnyAction,
  signal: AbortSignal,
): Promise<PlannedStep> {
  const identity = await action.identify(target, signal)
  const { preview, atMost } = withinLimits(await action.plan(target, step.with, signal), target)
  const plan: Plan = {
    version: 1,
    incident,
    step: step.id,
    attempt,
    runbook,
    action: step.uses,
    risk: actionDefinitions[step.uses].risk,
    target: { name: target.name, kind: target.kind, identity },
    parameters: step.with,
    atMost,
  }
  const gate = demandGate(step.gate, target.autonomy, plan.risk)
  return {
    plan,
    planHash: hashOf(plan),
    preview,
    autonomy: target.autonomy,
    ...(gate === undefined ? {} : { gate }),
  }
}
