/** Why a worker did not do what it was asked, in words for the record. */
import { ActivityFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow'
import { limits } from '../contracts/limits.ts'

/** Undefined when it is nothing about the site: the incident was cancelled, or our own code is wrong. */
export function silenceOf(
  site: string | undefined,
  error: unknown,
  takesWithinMs: number = limits.siteTakesWithinMs,
): string | undefined {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) return undefined
  const { cause } = error
  const worker = site === undefined ? 'worker' : `worker of site ${site}`
  if (!(cause instanceof TimeoutFailure)) return `the ${worker} gave up: ${cause?.message ?? error.message}`
  return cause.timeoutType === 'SCHEDULE_TO_START'
    ? `no ${worker} took it within ${takesWithinMs / 1_000} s`
    : `no ${worker} ended it in time`
}
