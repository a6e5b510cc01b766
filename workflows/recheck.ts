/** Looks again while an incident is open, beside everything else: it may turn out worse than triage found it. */
import { condition } from '@temporalio/workflow'
import type { Rechecked } from '../activities/recheck.ts'
import { limits } from '../contracts/limits.ts'
import { measuredChecks } from '../contracts/runbook.ts'
import type { Assessed } from '../language/assess.ts'
import { recheckStub } from './activity-stubs.ts'
import type { IncidentState } from './incident-state.ts'
import type { Life } from './life.ts'
import { raise, type Worse } from './raise.ts'
import { runUnless } from './run-unless.ts'
import { silenceOf } from './silence.ts'
import { requestsFor } from './verification.ts'

/**
 * One activity measures for as long as nothing has become worse, so that days of it are a few events of the history. What it
 * tells may only raise severity and impact. Where a move to another version changes what it looks at, it is left, and begins anew.
 */
export async function recheck(life: Life): Promise<never> {
  const { state } = life
  for (;;) {
    // Before triage there is nothing it could be worse than; without a target nothing could become worse.
    await condition(() => state.measured !== undefined && whatToMeasure(life) !== undefined)
    const { triages } = state
    const isLeft = (): boolean => state.triages !== triages
    const told = await lookUntilWorse(life, isLeft)
    if (isLeft()) continue
    if (told !== undefined) {
      state.measured = told.assessed
      // A check that gave no answer this time keeps what it said before.
      Object.assign(state.checks, told.values)
      raise(life, worseIn(told))
    }
    await life.record()
    if (told === undefined) await condition(isLeft, limits.recheckAfterFailureMs)
  }
}

/** Undefined when it failed, or looked at what triage does not go by any more. */
async function lookUntilWorse(life: Life, isLeft: () => boolean): Promise<Rechecked | undefined> {
  const { state } = life
  if (await condition(isLeft, life.input.runbook.triage.recheckMs!)) return undefined
  const { everyMs, site, ...requests } = whatToMeasure(life)!
  const { number: incident, alert } = life.input
  const { severity, impact } = life.input.runbook.triage
  const triage = { severity, ...(impact === undefined ? {} : { impact }) }
  const seen = measuredChecks(life.input.runbook)
  const slowestMs = Math.max(...requests.checks.map(check => check.timeoutMs))
  const asked = { incident, ...requests, seen, triage, alert, everyMs, before: takeMeasured(state) }
  return runUnless(isLeft, () => recheckStub(everyMs, slowestMs, site).recheck(asked)).catch(
    (error: unknown) => tellFailure(life, silenceOf(site, error), error),
  )
}

/** What is beside an incident must not end it. People read once that nobody looks; it is tried again all the same. */
function tellFailure(life: Life, because: string | undefined, error: unknown): undefined {
  if (because === undefined) throw error
  if (life.state.isRecheckFailureTold === undefined) life.note('recheck.failed', { because })
  life.state.isRecheckFailureTold = true
}

function worseIn({ severity, impact }: Rechecked): Worse {
  return {
    ...(severity && {
      severity: { severity: severity.is, label: severity.label, because: severity.because },
    }),
    ...(impact && { impact }),
  }
}

function whatToMeasure(life: Life) {
  const { checks: uses, recheckMs } = life.input.runbook.triage
  if (recheckMs === undefined) return undefined
  const requests = requestsFor(
    life,
    uses.map(({ name }) => name),
  )
  return requests.checks.length === 0 ? undefined : { everyMs: recheckMs, ...requests }
}

/** Since when a condition holds is known to the activity alone while it is at work: a run that follows must not believe what is old. */
function takeMeasured(state: IncidentState): Assessed {
  const measured = state.measured!
  state.measured = { ...measured, heldSince: {} }
  return measured
}
