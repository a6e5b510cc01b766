import { isCancellation, sleep } from '@temporalio/workflow'
import type { Verification, VerifyInput } from '../activities/verify.ts'
import type { OverallVerification, Steadiness } from '../contracts/runbook.ts'
import { filledParameters } from '../contracts/runbook-input.ts'
import { records, verifyStub } from './activity-stubs.ts'
import type { Life } from './life.ts'
import { runUnless } from './run-unless.ts'

/** `ended`: what came to pass before the measurements could tell has made them needless. */
export type Verified = Verification | { verdict: 'ended'; because: string }

/**
 * Named checks as requests to measure, the site that all their targets are at, and what the runbook was given; a check whose
 * target is not bound is left out and so gives no data.
 */
export function requestsFor(
  life: Life,
  names: readonly string[],
): Pick<VerifyInput, 'checks' | 'site' | 'inputs'> {
  const { inputs } = life.input
  const bound = life.input.runbook.triage.checks.flatMap(use => {
    const targets = names.includes(use.name) ? life.targets(use.target) : []
    return targets.length === 0 ? [] : [{ use, targets }]
  })
  const site = bound[0]?.targets[0]?.site
  return {
    ...(site === undefined ? {} : { site }),
    ...(inputs === undefined ? {} : { inputs }),
    checks: bound.map(({ use, targets }) => {
      const { name, uses, timeoutMs } = use
      const filled = filledParameters(use, inputs)
      const parameters = 'missing' in filled ? { with: use.with, problem: filled.missing } : filled
      const names = targets.map(({ target }) => target)
      const where = life.isMany(use.target) ? { targets: names } : { target: names[0]! }
      return { name, uses, ...where, ...parameters, timeoutMs }
    }),
  }
}

/** The next proof that the whole is well, under its own number. */
export function askedOfWhole(
  life: Life,
  { checks, until, forMs }: OverallVerification,
): Omit<VerifyInput, 'unwritten'> {
  const { input, state } = life
  state.verifications += 1
  const of = `overall/${state.verifications}`
  return { incident: input.number, of, ...requestsFor(life, checks), sees: 'checks', until, forMs }
}

/**
 * Waits for the settle time, then measures until the condition has held long enough, its time is over, or it is needless: when a person
 * ended the incident, and for whatever else `whyNeedless` says.
 */
export async function verify(
  life: Life,
  steadiness: Steadiness,
  input: Omit<VerifyInput, 'unwritten'>,
  whyNeedless: () => string | undefined = () => undefined,
): Promise<Verified> {
  const why = (): string | undefined =>
    life.turn() === 'ended' ? 'a person ended the incident' : whyNeedless()
  const verified = await runUnless(
    () => why() !== undefined,
    () => settleAndMeasure(life, steadiness, input),
  )
  return verified ?? { verdict: 'ended', because: why()! }
}

async function settleAndMeasure(
  life: Life,
  steadiness: Steadiness,
  input: Omit<VerifyInput, 'unwritten'>,
): Promise<Verification> {
  if (steadiness.settleMs > 0) {
    await life.record()
    await sleep(steadiness.settleMs)
  }
  const slowestCheckMs = Math.max(1_000, ...input.checks.map(check => check.timeoutMs))
  try {
    return await life.carry(
      unwritten => verifyStub(steadiness, slowestCheckMs, input.site).verify({ ...input, unwritten }),
      input.site,
    )
  } catch (error) {
    if (isCancellation(error)) throw error
    return life.carry(unwritten => records.endVerification({ ...input, unwritten, atMs: Date.now() }))
  }
}
