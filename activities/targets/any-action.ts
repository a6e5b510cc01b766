import type { TargetConfiguration } from '../../contracts/configuration/targets.ts'
import type { TargetIdentity } from '../../contracts/plan.ts'
import type { ActionName, ParameterValue } from '../../contracts/targets/catalogue.ts'
import type { ActionImplementations } from './implementations.ts'
import type { Effect, EffectContext, Planned, ProbeAnswer } from './target.ts'

/** An action whose name is only known at run time. */
export interface AnyAction {
  identify(target: TargetConfiguration, signal: AbortSignal): Promise<TargetIdentity>
  plan(
    target: TargetConfiguration,
    parameters: Record<string, ParameterValue>,
    signal: AbortSignal,
  ): Promise<Planned>
  apply(
    target: TargetConfiguration,
    parameters: Record<string, ParameterValue>,
    context: EffectContext,
  ): Promise<Effect>
  probe(
    target: TargetConfiguration,
    parameters: Record<string, ParameterValue>,
    claim: { identity: TargetIdentity; claimedAtMs: number },
    signal: AbortSignal,
  ): Promise<ProbeAnswer>
}

/** The linter has held kind and parameters against the definition, which ties them for each name but not across names. */
export function anyAction(actions: ActionImplementations, name: ActionName): AnyAction {
  return actions[name] as unknown as AnyAction
}
