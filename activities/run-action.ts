import { setTimeout as delay } from 'node:timers/promises'
import { activityInfo, cancellationSignal } from '@temporalio/activity'
import { hashOf } from '../contracts/canonical-json.ts'
import { CodedError, isCodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import { formatDuration } from '../contracts/duration.ts'
import { attemptId, type Outcome } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { Plan } from '../contracts/plan.ts'
import { actionDefinitions, type ActionName } from '../contracts/targets/catalogue.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import { type ClaimRefusal, makeClaim, type PlannedAttempt, readClaim, settleClaim } from '../store/claims.ts'
import { inTransaction, type Pool } from '../store/database.ts'
import { readPlan } from '../store/plans.ts'
import { type AnyAction, anyAction } from './targets/any-action.ts'
import type { ActionImplementations } from './targets/implementations.ts'
import { requireSameIdentity } from './targets/same-identity.ts'
import type { Effect, EffectContext } from './targets/target.ts'
import { createEffectLife, type EffectLife } from './effect-life.ts'
import { createWorkflowClock } from './workflow-clock.ts'

export type RunActionInput = Omit<PlannedAttempt, 'target'>

export type ActionResult =
  /** `touched`: where the effect itself said it. */
  | { outcome: Outcome; because: string; touched?: number }
  /** Nothing was done, and nothing would be by another try. */
  | { outcome: 'failed'; why: 'limit-reached'; because: string }
  /** Nothing was done: the right to do it was not granted, or the target is no longer the planned one. */
  | { outcome: 'voided'; why: Exclude<ClaimRefusal, 'limit-reached'> | 'identity-changed'; because: string }

interface Prepared {
  plan: Plan
  /** What the effect counts, as the preview said. */
  unit: string
  target: TargetConfiguration
  action: AnyAction
}

/** How often the harness tells Temporal that it lives; a third of what counts as lost. */
const beatMs = Math.round(limits.heartbeatMs / 3)

/**
 * The harness every action goes through: claim, identity once more, effect, outcome. At most one effect for an attempt,
 * whatever crashes: the claim is committed first, and Temporal never repeats this activity.
 */
export function createActionActivities(dependencies: {
  pool: Pool
  configuration: Configuration
  actions: ActionImplementations
  /** Names this worker in claims. */
  worker: string
}): Record<ActionName, (input: RunActionInput) => Promise<ActionResult>> {
  const { pool } = dependencies

  async function runAction(input: RunActionInput): Promise<ActionResult> {
    const life = createEffectLife(pool, input)
    const approved = await readApproved(input)
    if (approved === undefined) return voided('plan-changed')
    const prepared = find(input, approved)
    const refused = await claim(input, prepared.plan, prepared.target)
    // Planning it anew would be refused again and ask people each time: the step has failed, and the ladder goes on.
    if (refused === 'limit-reached')
      return { outcome: 'failed', why: refused, because: limitReached(prepared.target) }
    if (refused !== 'granted' && refused !== 'exists') return voided(refused)
    const stopBeating = life.beatEvery(beatMs)
    try {
      return refused === 'exists' ? await outcomeOnRecord(input) : await perform(input, prepared, life)
    } finally {
      stopBeating()
    }
  }

  /** The plan on record, unless it is another one than was approved: its content is hashed again, the stored hash proves nothing. */
  async function readApproved(input: RunActionInput): Promise<Pick<Prepared, 'plan' | 'unit'> | undefined> {
    const saved = await readPlan(pool, attemptId(input.incident, input.step, input.attempt))
    if (saved?.planHash !== input.planHash || hashOf(saved.plan) !== input.planHash) return undefined
    return { plan: saved.plan, unit: saved.preview.unit }
  }

  function find(input: RunActionInput, approved: Pick<Prepared, 'plan' | 'unit'>): Prepared {
    const { name } = approved.plan.target
    const target = dependencies.configuration.targets.find(candidate => candidate.name === name)
    if (target === undefined)
      throw new CodedError('target_unknown', `Target ${name} is not in this worker's configuration.`)
    return { ...approved, target, action: anyAction(dependencies.actions, input.action) }
  }

  async function claim(
    input: RunActionInput,
    plan: Plan,
    { limits: limit }: TargetConfiguration,
  ): Promise<'granted' | ClaimRefusal> {
    const atMs = createWorkflowClock()()
    const deadlineMs = atMs + activityInfo().startToCloseTimeoutMs
    const { incident, step, attempt, action, planHash } = input
    const target = plan.target.name
    return inTransaction(pool, async tx => {
      const granted = await makeClaim(tx, {
        incident,
        step,
        attempt,
        action,
        target,
        planHash,
        worker: dependencies.worker,
        atMs,
        wallAtMs: Date.now(),
        deadlineMs,
        ...(limit?.actions === undefined ? {} : { limit: limit.actions }),
      })
      const deadline = new Date(deadlineMs).toISOString()
      if (granted === 'granted') {
        await appendEntries(tx, [
          entry(input, atMs, {
            kind: 'claim.made',
            data: { step, attempt, action, target, planHash, deadline },
          }),
        ])
      }
      return granted
    })
  }

  /**
   * The attempt has a claim although its workflow begins it: the engine was set back, by a reset or out of a backup. What was done
   * then was done. A worker that is still at it ends by its deadline; without an outcome after that the attempt is lost, and settled as one.
   */
  async function outcomeOnRecord(input: RunActionInput): Promise<ActionResult> {
    const now = createWorkflowClock()
    for (;;) {
      const claim = await readClaim(pool, input)
      if (claim === undefined || claim.outcome === 'abandoned') return voided('exists')
      if (claim.outcome !== null)
        return { outcome: claim.outcome, because: 'it was done before; the record of the claim says so' }
      if (now() > claim.deadlineMs)
        throw new CodedError(
          'deadline_passed',
          'The worker that claimed this attempt before left no outcome.',
        )
      await delay(limits.claimPollMs, undefined, { signal: cancellationSignal() })
    }
  }

  async function perform(
    input: RunActionInput,
    { plan, unit, target, action }: Prepared,
    life: EffectLife,
  ): Promise<ActionResult> {
    const now = createWorkflowClock()
    let hasBegun = false
    try {
      await checkIdentity(plan, target, action)
      await life.checkpoint()
      const context: EffectContext = {
        identity: plan.target.identity,
        // Asked again: the limit may have been lowered since somebody approved.
        atMost: Math.min(plan.atMost, target.limits?.atMost ?? Infinity),
        signal: cancellationSignal(),
        countBy: life.countBy,
        checkpoint: life.checkpoint,
      }
      hasBegun = true
      const effect = await action.apply(target, plan.parameters, context)
      return await settle(input, plan, 'succeeded', effect, undefined, now())
    } catch (error) {
      const reached = {
        touched: touchedBy(error) ?? life.touched(),
        unit,
        evidence: isCodedError(error) ? error.fields : {},
      }
      const outcome = hasBegun || isLate(error) ? outcomeOf(error) : 'failed'
      const result = await settle(input, plan, outcome, reached, error, now()).catch(withTouched(reached))
      // This attempt was given up, or is about to be: what it touched is on record, and probing finds out what follows.
      if (isLate(error)) throw error
      return result
    }
  }

  async function checkIdentity(plan: Plan, target: TargetConfiguration, action: AnyAction): Promise<void> {
    const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(limits.checkTimeoutMs)])
    requireSameIdentity(target.name, plan.target.identity, await action.identify(target, signal))
  }

  async function settle(
    input: RunActionInput,
    plan: Plan,
    outcome: Outcome,
    effect: Effect,
    error: unknown,
    atMs: number,
  ): Promise<ActionResult> {
    const { step, attempt, action } = input
    const message = error === undefined ? undefined : messageOf(error)
    const data = {
      step,
      attempt,
      action,
      target: plan.target.name,
      outcome,
      touched: effect.touched,
      evidence: effect.evidence,
      ...(effect.unit === '' ? {} : { unit: effect.unit }),
      ...(message === undefined ? {} : { error: message }),
    }
    await inTransaction(pool, async tx => {
      const settled = await settleClaim(tx, input, { outcome, evidence: data, by: dependencies.worker, atMs })
      // Settled by the workflow while this worker was away: its word stands, and this one is no entry.
      if (settled) await appendEntries(tx, [entry(input, atMs, { kind: 'effect.ended', data })])
    })
    if (isCodedError(error) && error.code === 'identity_changed')
      return { outcome: 'voided', why: 'identity-changed', because: error.message }
    return { outcome, because: message ?? `${effect.touched} ${effect.unit}`.trim(), touched: effect.touched }
  }

  const names = Object.keys(actionDefinitions) as ActionName[]
  return Object.fromEntries(names.map(name => [name, runAction])) as Record<ActionName, typeof runAction>
}

function voided(why: Exclude<ClaimRefusal, 'limit-reached'>): ActionResult {
  return { outcome: 'voided', why, because: refusals[why] }
}

const refusals: Record<Exclude<ClaimRefusal, 'limit-reached'>, string> = {
  frozen: 'a freeze is on',
  'not-approved': 'there is no unused, unexpired approval of this plan',
  'plan-changed': 'the plan on record is another one',
  rebased: 'the incident was moved to another version of its runbook, and the plan is of the one before',
  'incident-ended': 'the incident has ended',
  'window-closed': 'its window had closed before it could begin',
  exists: 'this attempt was claimed or given up before',
}

/** The worker was held up so long that its attempt may have been given up. */
function isLate(error: unknown): boolean {
  return isCodedError(error) && error.code === 'deadline_passed'
}

function limitReached({ name, limits: limit }: TargetConfiguration): string {
  if (limit?.actions === undefined) return `${name} has taken as many actions as its limit allows`
  const { count, withinMs } = limit.actions
  return `${name} has taken ${count} ${count === 1 ? 'action' : 'actions'} within ${formatDuration(withinMs)}, its limit`
}

/** No answer in the middle of a change leaves it open what happened; a refusal, or a stop between two batches, does not. */
function outcomeOf(error: unknown): Outcome {
  return isCodedError(error) && error.family !== 'unavailable' && !isLate(error) ? 'failed' : 'unknown'
}

/** The record is out of reach: the failure itself carries to the workflow what was touched, and settling writes it. */
function withTouched({ touched }: Effect) {
  return (error: unknown): never => {
    if (!isCodedError(error)) throw error
    throw new CodedError(error.code, error.message, { fields: { ...error.fields, touched }, cause: error })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'something that is no error was thrown'
}

/** An action that fails knows exactly how far it came. */
function touchedBy(error: unknown): number | undefined {
  const touched = isCodedError(error) ? error.fields['touched'] : undefined
  return typeof touched === 'number' ? touched : undefined
}

type EntryPart = NewEntry extends infer E ? (E extends NewEntry ? Pick<E, 'kind' | 'data'> : never) : never

function entry(input: RunActionInput, atMs: number, part: EntryPart): NewEntry {
  return { actor: 'paramedic', atMs, incident: input.incident, ...part } as NewEntry
}
