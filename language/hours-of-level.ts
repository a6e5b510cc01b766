import { nextIn } from '../contracts/office-hours.ts'
import type { Runbook } from '../contracts/runbook.ts'

/** When a level that is due at `ms` may page: then, or as soon as its hours have come. */
export function inItsHours(
  { escalate, officeHours }: Pick<Runbook, 'escalate' | 'officeHours'>,
  level: number,
  ms: number,
): number {
  const only = escalate[level]?.only
  return only === undefined || officeHours === undefined ? ms : nextIn(only, officeHours, ms)
}
