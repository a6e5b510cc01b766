/** What an alert would lead to, asked of the targets themselves. Only reads: nothing is stored, claimed, paged or changed. */
import { cancellationSignal } from '@temporalio/activity'
import type { Configuration } from '../contracts/configuration.ts'
import type { ForeseenPlan, ForeseenUndo } from '../contracts/foresight.ts'
import type { PlannedStep } from '../contracts/plan.ts'
import { limits } from '../contracts/limits.ts'
import type { Attempted } from '../contracts/runbook.ts'
import { type PlanOf, renderPlan } from './render-plan.ts'
import { type CheckRequest, type CheckResult, measure } from './run-check.ts'
import { anyAction } from './targets/any-action.ts'
import type { ActionImplementations, CheckImplementations } from './targets/implementations.ts'
import { messageOf } from './targets/redaction.ts'

export interface ForeseePlanInput extends Omit<PlanOf, 'incident' | 'attempt'> {
  /** Name of the configured target. */
  target: string
  /** What would take the step back. */
  undo?: Attempted
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
      step,
      undo,
      runbook,
    }: ForeseePlanInput): Promise<ForeseenPlan | { problem: string }> {
      const target = dependencies.configuration.targets.find(candidate => candidate.name === name)
      if (target === undefined) return { problem: `target ${name} is not in this worker's configuration` }
      const look = async (attempted: Attempted): Promise<Looked> => {
        const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(limits.checkTimeoutMs)])
        const of = { step: attempted, runbook, incident: 'none', attempt: 1 }
        const action = anyAction(dependencies.actions, attempted.uses)
        return renderPlan(of, target, action, signal).then(shown, error => ({ problem: messageOf(error) }))
      }
      const planned = await look(step)
      if ('problem' in planned || undo === undefined || planned.preview.wouldTouch === 0) return planned
      return { ...planned, undo: shownUndo(undo, await look(undo)) }
    },
  }
}

type Looked = ForeseenPlan | { problem: string }

function shown({ plan, preview, autonomy, gate }: PlannedStep): ForeseenPlan {
  const { atMost, risk, target } = plan
  return { preview, atMost, risk, identity: target.identity, autonomy, gate: gate ?? null }
}

function shownUndo({ uses, with: parameters }: Attempted, looked: Looked): ForeseenUndo {
  if ('problem' in looked) return { uses, parameters, plan: null, problem: looked.problem }
  const { preview, atMost, risk, gate } = looked
  return { uses, parameters, plan: { preview, atMost, risk, gate }, problem: null }
}
