/** Why a worker of a site did not do what it was asked, in words for the record. */
import { ActivityFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow'
import { limits } from '../contracts/limits.ts'

/** Undefined when it is nothing about the site: the incident was cancelled, or our own code is wrong. */
export function silenceOf(site: string, error: unknown): string | undefined {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) return undefined
  const { cause } = error
  if (!(cause instanceof TimeoutFailure))
    return `the worker of site ${site} gave up: ${cause?.message ?? error.message}`
  return cause.timeoutType === 'SCHEDULE_TO_START'
    ? `no worker of site ${site} took it within ${limits.siteTakesWithinMs / 1_000} s`
    : `no worker of site ${site} ended it in time`
}
