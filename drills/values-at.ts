/** What every check had answered at a moment of a drill, as conditions see it. */
import { measuredChecks, type Runbook } from '../contracts/runbook.ts'
import {
  checksScope,
  type CheckValues,
  memberValues,
  type Scope,
  withInputs,
} from '../language/conditions.ts'
import type { Played } from './aim.ts'
import type { Happened, Measured } from './happened.ts'
import { entriesOf } from './record-read.ts'

/** What triage's conditions and a step's `when` see. */
export function triageScopeAt(runbook: Runbook, { drill, happened }: Played, atMs: number): Scope {
  const results = Object.fromEntries(
    measuredChecks(runbook).map(({ name, isMany }) => [name, resultAt(happened, name, isMany, atMs)]),
  )
  const [opened] = entriesOf(happened, 'incident.opened')
  return withInputs(checksScope(measuredChecks(runbook), results, drill.given.alert), opened?.data.inputs)
}

function resultAt(
  { measured }: Happened,
  check: string,
  isMany: boolean,
  atMs: number,
): CheckValues | undefined {
  const newest = new Map<string, Measured>()
  for (const one of measured) if (one.check === check && one.moment.atMs <= atMs) newest.set(one.target, one)
  const answers = [...newest.values()]
  return isMany ? answers.map(({ target, values }) => memberValues(target, values)) : answers.at(-1)?.values
}

/** Checks of one look are measured side by side. */
const oneLookMs = 500

/** When triage has judged, and where it looks again, each moment at which all checks had been measured once more. */
export function judgedAt({ triage }: Runbook, happened: Happened): number[] {
  const [assessed] = entriesOf(happened, 'triage.assessed')
  if (assessed === undefined) return []
  const firstMs = assessed.moment.atMs
  if (triage.recheckMs === undefined) return [firstMs]
  const times = happened.measured.map(({ moment }) => moment.atMs).filter(ms => ms > firstMs)
  return [firstMs, ...times.filter((ms, index) => (times[index + 1] ?? Infinity) - ms > oneLookMs)]
}
