import type { ActionImplementations, CheckImplementations } from '../activities/targets/implementations.ts'
import type { Effect, EffectContext, ProbeAnswer } from '../activities/targets/target.ts'
import { createWorkflowClock } from '../activities/workflow-clock.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { TargetIdentity } from '../contracts/plan.ts'
import { actionDefinitions, checkDefinitions } from '../contracts/targets/catalogue.ts'

/** What a scripted target knows when it is asked. */
export interface Moment {
  /** Its name: one script may be that of several targets. */
  target: string
  /** The workflow's time. */
  nowMs: number
  /** Effects that happened on this target so far. */
  effects: number
}

/** A target of a rehearsal: only this boundary is scripted, everything before it is the real thing. */
export interface ScriptedTarget {
  measure(moment: Moment): Record<string, unknown> | Promise<Record<string, unknown>>
  identity?(moment: Moment): TargetIdentity
  wouldTouch?(moment: Moment): number
  apply?(moment: Moment, context: EffectContext): Promise<Effect>
  probe?(moment: Moment): ProbeAnswer
}

/** One receipt for each effect, written by the target itself: what really happened, whatever the record says. */
export interface Receipt {
  target: string
  action: string
  atMs: number
}

export function createScriptedTargets(find: (name: string) => ScriptedTarget): {
  checks: CheckImplementations
  actions: ActionImplementations
  receipts: Receipt[]
} {
  const receipts: Receipt[] = []
  const moment = (target: TargetConfiguration): Moment => ({
    target: target.name,
    nowMs: createWorkflowClock()(),
    effects: receipts.filter(receipt => receipt.target === target.name).length,
  })
  const check = {
    measure: async (target: TargetConfiguration) => find(target.name).measure(moment(target)),
  }
  const actionNamed = (name: string) => ({
    identify: async (target: TargetConfiguration) =>
      find(target.name).identity?.(moment(target)) ?? { name: target.name },
    async plan(target: TargetConfiguration) {
      const wouldTouch = find(target.name).wouldTouch?.(moment(target)) ?? 1
      return {
        preview: { summary: `would touch ${wouldTouch}`, wouldTouch, unit: 'things', examples: [] },
        atMost: wouldTouch,
      }
    },
    async apply(target: TargetConfiguration, _: unknown, context: EffectContext) {
      const scripted = find(target.name)
      const effect = (await scripted.apply?.(moment(target), context)) ?? {
        touched: 1,
        unit: 'things',
        evidence: {},
      }
      receipts.push({ target: target.name, action: name, atMs: moment(target).nowMs })
      return effect
    },
    probe: async (target: TargetConfiguration) =>
      find(target.name).probe?.(moment(target)) ?? ({ answer: 'cannot-tell', evidence: {} } as const),
  })
  const checks = Object.fromEntries(Object.keys(checkDefinitions).map(name => [name, check]))
  const actions = Object.fromEntries(Object.keys(actionDefinitions).map(name => [name, actionNamed(name)]))
  // Every name has the same script behind it; the typed parameters are not looked at.
  return {
    checks: checks as unknown as CheckImplementations,
    actions: actions as unknown as ActionImplementations,
    receipts,
  }
}
