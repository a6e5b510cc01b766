import { activityInfo, ApplicationFailure, cancellationSignal, heartbeat } from '@temporalio/activity'
import { ApplicationFailureCategory } from '@temporalio/common'
import type { Configuration } from '../contracts/configuration.ts'
import type { Verdict } from '../contracts/incident.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import {
  checksScope,
  evaluateCondition,
  type Evaluated,
  valueScope,
  withInputs,
} from '../language/conditions.ts'
import { appendEntries, readVerdict } from '../store/audit-log.ts'
import { inTransaction, type Pool, withCodedErrors } from '../store/database.ts'
import { noteRecovery } from '../store/incidents.ts'
import {
  countMeasurements,
  lastMeasurement,
  type Measurement,
  saveMeasurement,
} from '../store/measurements.ts'
import { isFirstTime } from '../store/work-done.ts'
import {
  type CheckRequest,
  type CheckResult,
  type GroupRequest,
  type GroupResult,
  measureAll,
  valuesOf,
} from './run-check.ts'
import type { CheckImplementations } from './targets/implementations.ts'
import { createWorkflowClock } from './workflow-clock.ts'
import { type Decision, writeDecisions } from './write-decisions.ts'

export interface VerifyInput {
  incident: string
  /** Of its targets; left out where they have none. */
  site?: string
  /** What is verified: `<step>/<attempt>` or `overall/<n>`; samples are kept under it. */
  of: string
  checks: (CheckRequest | GroupRequest)[]
  /** A step's condition sees its one check as `value`, the overall one sees `checks.<name>`. */
  sees: 'value' | 'checks'
  until: string
  /** What the runbook was given, for `until`. */
  inputs?: ResolvedInput[]
  forMs: number
  /** Of the overall verification: a recovery is recorded with its verdict, and the incident held open for so long after it. */
  holdMs?: number
  unwritten: Decision[]
}

export interface Verification {
  verdict: Verdict
  /** One sentence for a tired person: which measurements prove it, or what was missing. */
  because: string
}

/** The failure type of a sample that does not yet prove recovery; retried at the verification's interval. */
const notYet = 'NotYetRecovered'

export function createVerifyActivities(dependencies: {
  pool: Pool
  configuration: Configuration
  checks: CheckImplementations
}) {
  const { pool } = dependencies
  return {
    /**
     * Measures once and fails retryably until the condition has held for `forMs`: the retry policy is the poll, the
     * schedule-to-close timeout the limit, and the heartbeat details remember when the hold began. A measurement after
     * which there is no time for another one ends it.
     */
    async verify(input: VerifyInput): Promise<Verification> {
      const now = createWorkflowClock()
      const before = activityInfo().heartbeatDetails as { holdBeganMs?: number } | undefined
      // A try that has beaten its heart has written them before.
      if (before === undefined) await writeDecisions(pool, input.incident, input.unwritten)
      const results = await measureAll(dependencies, input.checks, cancellationSignal())
      const evaluated = evaluate(input, results)
      const atMs = now()
      const holds = 'value' in evaluated && evaluated.value
      const sample: Measurement = {
        incident: input.incident,
        purpose: purposeOf(input),
        checks: results,
        holds,
        ...('noData' in evaluated ? { problem: evaluated.noData } : {}),
        atMs,
      }
      await withCodedErrors(() => saveMeasurement(pool, sample))
      const holdBeganMs = holds ? (before?.holdBeganMs ?? atMs) : undefined
      heartbeat(holdBeganMs === undefined ? {} : { holdBeganMs })
      if (holdBeganMs === undefined || atMs - holdBeganMs < input.forMs) {
        if (isLastTry(atMs)) return end(input, sample, verdictOf(sample), 0, atMs)
        const message = `${input.until} has not held for ${input.forMs} ms yet`
        // Benign: a poll that goes on is no trouble to log.
        throw ApplicationFailure.create({
          message,
          type: notYet,
          category: ApplicationFailureCategory.BENIGN,
        })
      }
      return end(input, sample, 'recovered', atMs - holdBeganMs, atMs)
    },

    /** Nobody could end the verification in its time: what its last sample saw does. */
    async endVerification(input: VerifyInput & { atMs: number }): Promise<Verification> {
      await writeDecisions(pool, input.incident, input.unwritten)
      const last = await withCodedErrors(() => lastMeasurement(pool, input.incident, purposeOf(input)))
      const none: Measurement = {
        incident: input.incident,
        purpose: purposeOf(input),
        checks: {},
        problem:
          input.site === undefined ? 'nothing was measured' : `no worker of site ${input.site} measured it`,
        atMs: input.atMs,
      }
      return end(input, last ?? none, verdictOf(last ?? none), 0, input.atMs)
    },
  }

  async function end(
    input: VerifyInput,
    sample: Measurement,
    verdict: Verdict,
    heldForMs: number,
    atMs: number,
  ): Promise<Verification> {
    const samples = await withCodedErrors(() => countMeasurements(pool, input.incident, purposeOf(input)))
    const because = sentence(input, sample, verdict, heldForMs)
    const { workflowExecution } = activityInfo()
    const key = `${workflowExecution?.workflowId}/${workflowExecution?.runId}/${purposeOf(input)}`
    return inTransaction(pool, async tx => {
      // Ended before by a try whose answer was lost: its word stands.
      if (!(await isFirstTime(tx, key))) return readVerdict(tx, input.incident, input.of)
      const { of, until, holdMs } = input
      const common = { actor: 'paramedic', atMs, incident: input.incident } as const
      const measured = { verdict, until, measured: sample.checks, samples, heldForMs, because }
      const entries: NewEntry[] = [{ ...common, kind: 'verification.ended', data: { of, ...measured } }]
      if (verdict === 'recovered' && holdMs !== undefined) {
        await noteRecovery(tx, input.incident, atMs)
        entries.push({ ...common, kind: 'recovery.held', data: { because, holdMs } })
      }
      await appendEntries(tx, entries)
      return { verdict, because }
    })
  }
}

/** Temporal begins no try after the schedule-to-close timeout. */
function isLastTry(atMs: number): boolean {
  const { scheduledTimestampMs, scheduleToCloseTimeoutMs, retryPolicy } = activityInfo()
  return atMs + Number(retryPolicy?.initialInterval ?? 0) >= scheduledTimestampMs + scheduleToCloseTimeoutMs
}

function verdictOf(last: Measurement): Verdict {
  return last.problem === undefined ? 'not_recovered' : 'no_data'
}

function purposeOf(input: VerifyInput): string {
  return `verify/${input.of}`
}

/** Whatever the condition makes of it, nothing is proved by a group of which nobody answered. */
function evaluate(input: VerifyInput, results: Record<string, CheckResult | GroupResult>): Evaluated {
  const silent = Object.entries(results).find(([, result]) => isSilent(result))
  if (silent !== undefined) return { noData: silent[0] }
  const values = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, valuesOf(result)]))
  const checks = input.checks.map(({ name, uses, ...of }) => ({ name, uses, isMany: 'targets' in of }))
  const [only] = checks
  const scope =
    input.sees === 'value' && only !== undefined
      ? valueScope(only.uses, values[only.name], only.isMany)
      : checksScope(checks, values)
  return evaluateCondition(input.until, withInputs(scope, input.inputs))
}

function isSilent(result: CheckResult | GroupResult): boolean {
  return 'members' in result && Object.values(result.members).every(one => 'problem' in one)
}

function sentence(input: VerifyInput, sample: Measurement, verdict: Verdict, heldForMs: number): string {
  const problems = Object.entries(sample.checks).flatMap(problemsOf)
  switch (verdict) {
    case 'recovered':
      return `${input.until} held for ${Math.round(heldForMs / 100) / 10} s`
    case 'not_recovered':
      return `${input.until} did not hold for ${input.forMs / 1000} s in time`
    case 'no_data':
      return `nothing to judge ${input.until} by: ${problems.join('; ') || sample.problem || 'no measurement'}`
    default:
      return verdict satisfies never
  }
}

/** Of a group how many gave no answer, and why the first did not. */
function problemsOf([name, result]: [string, CheckResult | GroupResult]): string[] {
  if ('problem' in result) return [`${name}: ${result.problem}`]
  if (!('members' in result)) return []
  const members = Object.entries(result.members)
  const silent = members.flatMap(([target, one]) => ('problem' in one ? [`${target}: ${one.problem}`] : []))
  const [first] = silent.toSorted()
  if (first === undefined) return []
  const more = silent.length === 1 ? '' : `, and ${silent.length - 1} more`
  return [`${name}: ${silent.length} of ${members.length} gave no answer (${first}${more})`]
}
