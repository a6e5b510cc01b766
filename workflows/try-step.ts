import { ActivityFailure, ApplicationFailure, CancellationScope, TimeoutFailure } from '@temporalio/workflow'
import type { ActionResult } from '../activities/run-action.ts'
import { attemptId, type StepResult } from '../contracts/incident.ts'
import { type Attempted, isTakenBack, type ManualStep } from '../contracts/runbook.ts'
import { actionStubs, planStub, probeStub, settles } from './activity-stubs.ts'
import { hurryInLadder, hurryNextLevel } from './escalate.ts'
import { filledStep, whyUnknown } from '../contracts/filled-step.ts'
import { askForOutcome, awaitGate } from './gate.ts'
import type { Life } from './life.ts'
import { isWindowClosed } from './need-people.ts'
import { markApplied, registerUndo } from './registered-undos.ts'
import { silenceOf } from './silence.ts'
import { triageScope } from './triage.ts'
import { requestsFor, verify } from './verification.ts'
import { type WhyNot, whyNotTrue } from './why-not-true.ts'

export interface Ended extends WhyNot {
  result: StepResult
  /** Planned, and there was nothing to do. */
  isMoot?: true
  /** Planned and left alone: its target is in observe. */
  isObserved?: true
  /** A person has just said so. */
  isSaid?: true
}
/** `again` says why nothing was done: the same step is planned anew as the next attempt. A freeze is nobody's failure. */
export type Try = Ended | { again: string; isFreeze?: true }

/** One attempt: plan, approval, claim, effect and proof. */
export async function tryStep(life: Life, step: Attempted, attempt: number): Promise<Try> {
  const skipped = whySkipped(life, step)
  if (skipped !== undefined) return { result: 'skipped', ...skipped }
  if (isWindowClosed(life)) return { result: 'expired', because: 'its window had closed' }
  const { target, site } = life.bound(step.target)!
  const { input } = life
  const runbook = { name: input.runbook.name, hash: input.runbookHash }
  const planned = await life
    .carry(
      unwritten =>
        planStub(site).plan({
          incident: input.number,
          step: filledStep(step, input.inputs),
          attempt,
          target,
          runbook,
          unwritten,
        }),
      site,
    )
    .catch((error: unknown) => asFailedPlan(error, site))
  if (planned.state === 'failed')
    return { result: 'failed', because: `it could not be planned: ${planned.because}` }
  if (planned.state === 'nothing-to-do') return { result: 'skipped', because: planned.summary, isMoot: true }
  if (planned.state === 'observed') {
    if (life.isUndoing !== true) life.state.stepsLeftOut += 1
    const because = `${target} is in observe; it would have: ${planned.summary}`
    return { result: 'skipped', because, isObserved: true }
  }
  if (planned.gate !== undefined) {
    // No level pages meanwhile, and an undo that nobody has allowed in time is left to hands.
    if (life.isUndoing === true) hurryNextLevel(life, `somebody has to allow ${step.id}: ${planned.summary}`)
    const decided = await awaitGate(life, planned.gate)
    if (decided !== 'approved') {
      const because = whyNotApproved(life, decided, planned.gate.onExpiry)
      return { result: decided, because, ...(decided === 'denied' ? { isSaid: true } : {}) }
    }
  }
  if (isWindowClosed(life)) return { result: 'expired', because: 'its window closed while it waited' }
  return act(life, step, attempt, target, planned.planHash)
}

function asFailedPlan(error: unknown, site: string | undefined): { state: 'failed'; because: string } {
  if (!(error instanceof ActivityFailure)) throw error
  const silence = site === undefined ? undefined : silenceOf(site, error)
  return { state: 'failed', because: silence ?? error.cause?.message ?? error.message }
}

function whySkipped(life: Life, step: Attempted): WhyNot | undefined {
  const binding = life.input.bindings.find(candidate => candidate.role === step.target)
  if (binding === undefined || 'problem' in binding) {
    if (!life.state.isUnboundTold) hurryInLadder(life, `its step ${step.id} has no target`)
    life.state.isUnboundTold = true
    life.state.stepsLeftOut += 1
    return { because: `no target for role ${step.target}: ${binding?.problem ?? 'unbound'}` }
  }
  return whyNotNeeded(life, step)
}

/** By the measurements of triage, and by what the runbook was given. */
export function whyNotNeeded(life: Life, step: Attempted | ManualStep): WhyNot | undefined {
  const unknown = whyUnknown(step, life.input.runbook, life.input.inputs)
  if (unknown !== undefined) return { because: unknown, noData: true }
  return step.when === undefined ? undefined : whyNotTrue(step.when, triageScope(life))
}

function whyNotApproved(life: Life, decided: string, onExpiry: 'next' | 'escalate' | 'stop'): string {
  if (decided !== 'expired')
    return decided === 'denied' ? 'a person denied it' : 'nobody has to decide it any more'
  // Of an undo it is told that its step is still in place.
  if (onExpiry === 'escalate' && life.isUndoing !== true)
    hurryInLadder(life, 'nobody decided about a step in time')
  return 'nobody decided in time'
}

/** Claim, effect, outcome; then what was done is proved, or found out. */
async function act(
  life: Life,
  step: Attempted,
  attempt: number,
  target: string,
  planHash: string,
): Promise<Try> {
  const lost = { incident: life.input.number, step: step.id, attempt, action: step.uses, target, planHash }
  const { thaws } = life.state
  if (isTakenBack(step)) await registerUndo(life, step, attempt)
  const result = await runOrSettle(life, step, attempt, planHash, lost)
  switch (result.outcome) {
    case 'succeeded':
      markApplied(life, step.id)
      return proveStep(life, step, attempt)
    case 'failed':
      if (mayHaveTouched(result)) markApplied(life, step.id)
      return { result: 'failed', because: result.because }
    case 'abandoned':
      return { again: 'its worker was lost before it began' }
    case 'voided':
      return afterVoid(life, step, attempt, result, thaws)
    case 'unknown': {
      const found = await findOut(life, step, attempt, lost)
      if (!('again' in found)) markApplied(life, step.id)
      return found
    }
    default:
      return result satisfies never
  }
}

function mayHaveTouched(failed: object): boolean {
  return !('why' in failed) && (!('touched' in failed) || failed.touched !== 0)
}

type Lost = Omit<Parameters<typeof settles.settle>[0], 'atMs'>
type Acted = ActionResult | { outcome: 'abandoned' }

async function runOrSettle(
  life: Life,
  step: Attempted,
  attempt: number,
  planHash: string,
  lost: Lost,
): Promise<Acted> {
  const { number: incident } = life.input
  try {
    // A person who ends the incident does not tear an effect in two: it ends at its next batch by itself.
    return await CancellationScope.nonCancellable(() =>
      actionStubs(step, life.bound(step.target)?.site)[step.uses]({
        incident,
        step: step.id,
        attempt,
        action: step.uses,
        planHash,
      }),
    )
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    const touched = touchedBefore(error)
    const reached = touched === undefined ? {} : { touched }
    const settled = await settles.settle({ ...lost, ...reached, atMs: Date.now() })
    if (settled === 'abandoned') return { outcome: 'abandoned' }
    return { outcome: settled, because: 'its worker was lost; the record of the claim says so' }
  }
}

/** How much the effect had touched when its worker was last heard of: by a heartbeat, or by the failure itself. */
function touchedBefore({ cause }: ActivityFailure): number | undefined {
  const told: unknown =
    cause instanceof TimeoutFailure
      ? cause.lastHeartbeatDetails
      : cause instanceof ApplicationFailure
        ? cause.details?.[0]
        : undefined
  if (typeof told !== 'object' || told === null || !('touched' in told)) return undefined
  return typeof told.touched === 'number' ? told.touched : undefined
}

/**
 * Nothing was done. A freeze is waited out; a changed target or a stale approval is planned and asked anew. A freeze that
 * was lifted since the attempt began (`thaws`) is no longer waited for: nobody would tell of it again.
 */
async function afterVoid(
  life: Life,
  step: Attempted,
  attempt: number,
  result: Extract<ActionResult, { outcome: 'voided' }>,
  thaws: number,
): Promise<Try> {
  if (result.why === 'incident-ended') return { result: 'withdrawn', because: result.because }
  if (result.why === 'window-closed') return { result: 'expired', because: result.because }
  if (result.why === 'rebased') {
    // The row is ahead of its message, which is on its way.
    await life.wait(() => false)
    return { result: 'withdrawn', because: result.because }
  }
  if (result.why !== 'frozen') return { again: result.because }
  life.note('freeze.met', { step: step.id, attempt })
  const waited = await life.wait(() => life.state.thaws > thaws)
  return waited === 'turned'
    ? { result: 'withdrawn', because: 'the incident took another turn during the freeze' }
    : { again: result.because, isFreeze: true }
}

/** The outcome is unknown: the target is asked, then the measurements, then a person. Never tried again blindly. */
async function findOut(life: Life, step: Attempted, attempt: number, lost: Lost): Promise<Try> {
  const { probe } = probeStub(life.bound(step.target)?.site)
  const answer = await probe({ ...lost, atMs: Date.now() }).catch(() => 'cannot-tell' as const)
  if (answer === 'done') return proveStep(life, step, attempt)
  if (answer === 'not-done') return { again: 'its worker was lost, and the target says it was not done' }
  if (step.verify !== undefined) {
    const proved = await proveStep(life, step, attempt)
    if (proved.result !== 'failed') return proved
  }
  const seen = step.verify === undefined ? 'and nothing measures it' : 'and it is not well'
  const question = `Did ${step.uses} on ${lost.target} happen? Its worker was lost, the target cannot tell, ${seen}.`
  const told = await askForOutcome(life, { step: step.id, attempt, question })
  if (told === 'not-done') return { again: 'a person said it was not done' }
  if (told === 'done' && step.verify === undefined)
    return { result: 'succeeded', because: 'a person said it was done' }
  const because =
    told === 'done' ? 'a person said it was done, and it did not help' : 'it was never found out'
  return { result: told === 'done' ? 'failed' : 'unknown', because }
}

export async function proveStep(
  life: Life,
  step: Pick<Attempted, 'id' | 'verify'>,
  attempt: number,
): Promise<Ended> {
  if (step.verify === undefined) return { result: 'succeeded', because: 'it was done' }
  const { check, until, forMs } = step.verify
  const of = attemptId(life.input.number, step.id, attempt).slice(life.input.number.length + 1)
  const verified = await verify(life, step.verify, {
    incident: life.input.number,
    of,
    ...requestsFor(life, [check]),
    sees: 'value',
    until,
    forMs,
  })
  switch (verified.verdict) {
    case 'recovered':
      return { result: 'succeeded', because: verified.because }
    case 'ended':
      return { result: 'withdrawn', because: verified.because }
    case 'not_recovered':
    case 'no_data':
      return { result: 'failed', because: verified.because }
    default:
      return verified satisfies never
  }
}
