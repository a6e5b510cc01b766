/** What a check and an action are to the harness. One file implements each; connections belong to the kind. */
import type { TargetConfigurationOf } from '../../contracts/configuration/targets.ts'
import type { Preview, TargetIdentity } from '../../contracts/plan.ts'
import type {
  ActionDefinition,
  CheckDefinition,
  Measured,
  Parameters,
  TargetKind,
} from '../../contracts/targets/definition.ts'

/** One read-only measurement. Throws CodedError `target_unavailable` when the target gives no answer. */
export interface Check<D extends CheckDefinition> {
  measure(
    target: TargetConfigurationOf<D['kind']>,
    parameters: Parameters<D>,
    signal: AbortSignal,
  ): Promise<Measured<D>>
}

export interface Planned {
  preview: Preview
  /** The most the effect may touch; never more than the parameter of that name. */
  atMost: number
}

export interface Effect {
  touched: number
  unit: string
  /** What was done, as the target tells it; goes to the timeline. */
  evidence: Record<string, unknown>
}

export interface EffectContext {
  identity: TargetIdentity
  atMost: number
  signal: AbortSignal
  /** Says once how to learn what is touched by now: the record asks when the effect ends in the middle, however it ends. */
  countBy(touched: () => number): void
  /**
   * Call before each batch and at least every second: heartbeats, puts the count on record, and throws when a freeze was
   * committed, the deadline passed or the activity was cancelled. Work done before stays done.
   */
  checkpoint(): Promise<void>
}

/** What a probe can say of an effect whose outcome was lost. */
export interface ProbeAnswer {
  answer: 'done' | 'not-done' | 'cannot-tell'
  evidence: Record<string, unknown>
}

/** One change to one target. Only `apply` changes anything. */
export interface Action<D extends ActionDefinition> {
  /** What makes this target this target; compared again just before the effect. */
  identify(target: TargetConfigurationOf<D['kind']>, signal: AbortSignal): Promise<TargetIdentity>
  plan(
    target: TargetConfigurationOf<D['kind']>,
    parameters: Parameters<D>,
    signal: AbortSignal,
  ): Promise<Planned>
  apply(
    target: TargetConfigurationOf<D['kind']>,
    parameters: Parameters<D>,
    context: EffectContext,
  ): Promise<Effect>
  /** Was it done? `planned` is the identity in the plan; the claim was made at `claimedAtMs`, by the clock of the machine that works on the target. */
  probe(
    target: TargetConfigurationOf<D['kind']>,
    parameters: Parameters<D>,
    claim: { identity: TargetIdentity; claimedAtMs: number },
    signal: AbortSignal,
  ): Promise<ProbeAnswer>
}

export type { TargetKind }
