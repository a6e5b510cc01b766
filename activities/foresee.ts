/** What an alert would lead to, asked of the targets themselves. Only reads: nothing is stored, claimed, paged or changed. */
import { cancellationSignal } from '@temporalio/activity'
import type { Configuration } from '../contracts/configuration.ts'
import type { ForeseenPlan } from '../contracts/foresight.ts'
import { limits } from '../contracts/limits.ts'
import { type PlanOf, renderPlan } from './render-plan.ts'
import { type CheckRequest, type CheckResult, measure } from './run-check.ts'
import { anyAction } from './targets/any-action.ts'
import type { ActionImplementations, CheckImplementations } from './targets/implementations.ts'
import { messageOf } from './targets/redaction.ts'

export interface ForeseePlanInput extends Omit<PlanOf, 'incident' | 'attempt'> {
  /** Name of the configured target. */
  target: string
}

export function createForeseeActivities(dependencies: {
  configuration: Configuration
  checks: CheckImplementations
  actions: ActionImplementations
}) {
  return {
    async foreseeCheck(request: CheckRequest): Promise<CheckResult> {
      return measure(dependencies, request, cancellationSignal())
    },

    /** The plan of a step without its hash: it belongs to no incident, and nobody can approve it. */
    async foreseePlan({
      target: name,
      ...step
    }: ForeseePlanInput): Promise<ForeseenPlan | { problem: string }> {
      const target = dependencies.configuration.targets.find(candidate => candidate.name === name)
      if (target === undefined) return { problem: `target ${name} is not in this worker's configuration` }
      const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(limits.checkTimeoutMs)])
      const action = anyAction(dependencies.actions, step.step.uses)
      try {
        const of = { ...step, incident: 'none', attempt: 1 }
        const { plan, preview, autonomy, gate } = await renderPlan(of, target, action, signal)
        const { atMost, risk } = plan
        return { preview, atMost, risk, identity: plan.target.identity, autonomy, gate: gate ?? null }
      } catch (error) {
        return { problem: messageOf(error) }
      }
    },
  }
}
