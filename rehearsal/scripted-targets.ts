import type { ActionImplementations, CheckImplementations } from '../activities/targets/implementations.ts'
import type { Effect, EffectContext, ProbeAnswer } from '../activities/targets/target.ts'
import { createWorkflowClock } from '../activities/workflow-clock.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { TargetIdentity } from '../contracts/plan.ts'
import { actionDefinitions, checkDefinitions, type ParameterValue } from '../contracts/targets/catalogue.ts'

/** What a scripted target knows when it is asked. */
export interface Moment {
  /** Its name: one script may be that of several targets. */
  target: string
  /** The workflow's time. */
  nowMs: number
  /** Effects that happened on this target so far. */
  effects: number
  /** Name of the check or action. */
  uses: string
  parameters: Record<string, ParameterValue>
  /** Of an action: the step it carries out, and which try it is. */
  step: string
  attempt: number
  /** It is not planned any more, but carried out. */
  isActing: boolean
}

/** A target of a rehearsal: only this boundary is scripted, everything before it is the real thing. */
export interface ScriptedTarget {
  measure(moment: Moment): Record<string, unknown> | Promise<Record<string, unknown>>
  identity?(moment: Moment): TargetIdentity | Promise<TargetIdentity>
  wouldTouch?(moment: Moment): number | Promise<number>
  apply?(moment: Moment, context: EffectContext): Promise<Effect>
  probe?(moment: Moment): ProbeAnswer | Promise<ProbeAnswer>
}

type Parameters = Record<string, ParameterValue>

/** One receipt for each effect, written by the target itself: what really happened, whatever the record says. */
export interface Receipt {
  target: string
  action: string
  atMs: number
}

export function createScriptedTargets(
  find: (name: string) => ScriptedTarget,
  goingOn: () => Pick<Moment, 'step' | 'attempt' | 'isActing'>,
): {
  checks: CheckImplementations
  actions: ActionImplementations
  receipts: Receipt[]
} {
  const receipts: Receipt[] = []
  const moment = (target: TargetConfiguration, uses: string, parameters: Parameters): Moment => ({
    target: target.name,
    nowMs: createWorkflowClock()(),
    effects: receipts.filter(receipt => receipt.target === target.name).length,
    uses,
    parameters,
    ...goingOn(),
  })
  const checkNamed = (name: string) => ({
    measure: async (target: TargetConfiguration, parameters: Parameters) =>
      find(target.name).measure(moment(target, name, parameters)),
  })
  const actionNamed = (name: string) => ({
    identify: async (target: TargetConfiguration) =>
      (await find(target.name).identity?.(moment(target, name, {}))) ?? { name: target.name },
    async plan(target: TargetConfiguration, parameters: Parameters) {
      const asked = moment(target, name, parameters)
      const wouldTouch = (await find(target.name).wouldTouch?.(asked)) ?? 1
      return {
        preview: { summary: `would touch ${wouldTouch}`, wouldTouch, unit: 'things', examples: [] },
        atMost: wouldTouch,
      }
    },
    async apply(target: TargetConfiguration, parameters: Parameters, context: EffectContext) {
      const begun = moment(target, name, parameters)
      const effect = (await find(target.name).apply?.(begun, context)) ?? {
        touched: 1,
        unit: 'things',
        evidence: {},
      }
      receipts.push({ target: target.name, action: name, atMs: createWorkflowClock()() })
      return effect
    },
    probe: async (target: TargetConfiguration) =>
      (await find(target.name).probe?.(moment(target, name, {}))) ??
      ({ answer: 'cannot-tell', evidence: {} } as const),
  })
  const checks = Object.fromEntries(Object.keys(checkDefinitions).map(name => [name, checkNamed(name)]))
  const actions = Object.fromEntries(Object.keys(actionDefinitions).map(name => [name, actionNamed(name)]))
  // Every name has the same script behind it, whatever its parameters are.
  return {
    checks: checks as unknown as CheckImplementations,
    actions: actions as unknown as ActionImplementations,
    receipts,
  }
}
