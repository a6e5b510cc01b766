import { activityInfo, ApplicationFailure, cancellationSignal, heartbeat } from '@temporalio/activity'
import { ApplicationFailureCategory } from '@temporalio/common'
import type { Configuration } from '../contracts/configuration.ts'
import { type Impact, isMoreSevere, isOpen, type Phase, type Severity } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { MeasuredCheck, Runbook } from '../contracts/runbook.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import { assessImpact, type Assessed, assessSeverity, heldAfter } from '../language/assess.ts'
import { checksScope, type CheckValues, type ConditionAlert, withInputs } from '../language/conditions.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool, withCodedErrors } from '../store/database.ts'
import { readAssessment } from '../store/incidents.ts'
import { keepNewestMeasurement, newestMeasurements, saveMeasurement } from '../store/measurements.ts'
import { isFirstTime, wasDone } from '../store/work-done.ts'
import {
  type CheckRequest,
  type CheckResult,
  type GroupRequest,
  type GroupResult,
  measureAll,
  valuesOf,
} from './run-check.ts'
import type { CheckImplementations } from './targets/implementations.ts'
import { workKey } from './work-key.ts'
import { createWorkflowClock } from './workflow-clock.ts'

export interface RecheckInput {
  incident: string
  checks: (CheckRequest | GroupRequest)[]
  /** What conditions see: all checks of triage, those without a target too. */
  seen: MeasuredCheck[]
  /** What the runbook was given. */
  inputs?: readonly ResolvedInput[]
  triage: Pick<Runbook['triage'], 'severity' | 'impact'>
  alert: ConditionAlert
  everyMs: number
  /** What the measurement before the first one of this activity said. */
  before: Assessed
}

/** It has become worse: in severity, in impact, or in both. Neither where it is no longer worse than what is known by now. */
export interface Rechecked {
  severity?: { is: Severity; label?: string; because: string }
  impact?: { because: string }
  assessed: Assessed
  results: Results
  /** What was measured; a check without an answer is missing. */
  values: Record<string, CheckValues>
}

type Results = Record<string, CheckResult | GroupResult>

/** The failure type of a measurement that says nothing new; retried at the interval of the runbook. */
const notWorse = 'NotWorse'

export function createRecheckActivities(dependencies: {
  pool: Pool
  configuration: Configuration
  checks: CheckImplementations
}) {
  const { pool } = dependencies
  return {
    /**
     * Measures once and fails retryably until it is worse than it was: the retry policy is the poll, and the heartbeat details
     * remember what the measurement before said. Worse is what is worse than the incident's row and than that measurement: where
     * a person has said that it is less bad than measured, the same measurement again is nothing new.
     */
    async recheck(input: RecheckInput): Promise<Rechecked> {
      const now = createWorkflowClock()
      const key = workKey()
      const before = (activityInfo().heartbeatDetails as Assessed | undefined) ?? input.before
      const told = await withCodedErrors(async () => (await wasDone(pool, key)) && readTold(input))
      if (told !== false) {
        const judged = judge(input, told.results, before, told.atMs)
        return worseThan(before, undefined, judged) ?? nothingWorse(judged)
      }
      const results = await measureAll(dependencies, input.checks, cancellationSignal())
      const judged = judge(input, results, before, now())
      const incident = await withCodedErrors(() => readAssessment(pool, input.incident))
      const worse = worseThan(before, incident, judged)
      if (worse !== undefined) {
        await keepEvidence(input, worse, key)
        return worse
      }
      await withCodedErrors(() => keepNewestMeasurement(pool, sampleOf(input, judged)))
      heartbeat(keepingWorst(judged, before))
      const message = 'nothing has become worse'
      // Benign: a poll that goes on is no trouble to log.
      const category = ApplicationFailureCategory.BENIGN
      throw ApplicationFailure.create({ message, type: notWorse, category })
    },
  }

  /** What raises an incident is on record with it, a row and an entry each check, as triage keeps them. */
  async function keepEvidence(
    { incident, checks }: RecheckInput,
    worse: Rechecked,
    key: string,
  ): Promise<void> {
    const { atMs } = worse.assessed
    await inTransaction(pool, async tx => {
      if (!(await isFirstTime(tx, key))) return
      for (const { name: check, uses, target, isMember, result } of checks.flatMap(one =>
        eachOf(one, worse.results),
      )) {
        const kept = isMember === true ? { members: { [target]: result } } : result
        const values = 'values' in result ? result.values : {}
        const error = 'problem' in result ? { error: result.problem } : {}
        await saveMeasurement(tx, { incident, purpose: evidence, checks: { [check]: kept }, atMs })
        const data = { check, uses, target, ...(isMember && { isMember }), values, ...error }
        await appendEntries(tx, [{ kind: 'check.measured', actor: 'paramedic', atMs, incident, data }])
      }
    })
  }

  /** What a try has told whose answer was lost: its word stands, and its measurement is not made again. */
  async function readTold({ incident }: RecheckInput): Promise<{ results: Results; atMs: number }> {
    const samples = await newestMeasurements(pool, incident, evidence)
    const results: Results = {}
    for (const [name, result] of samples.flatMap(({ checks }) => Object.entries(checks))) {
      const known = results[name]
      const isMore = known !== undefined && 'members' in known && 'members' in result
      results[name] = isMore ? { members: { ...known.members, ...result.members } } : result
    }
    return { results, atMs: samples[0]!.atMs }
  }
}

interface Single {
  name: string
  uses: CheckRequest['uses']
  target: string
  isMember?: true
  result: CheckResult
}

/** Each target that was measured, with what it answered. */
function eachOf(check: CheckRequest | GroupRequest, results: Results): Single[] {
  const { name, uses } = check
  const result = results[name]!
  if ('members' in result)
    return Object.entries(result.members).map(([target, one]) => ({
      name,
      uses,
      target,
      isMember: true,
      result: one,
    }))
  return 'target' in check ? [{ name, uses, target: check.target, result }] : []
}

const evidence = 'recheck'

interface Judged {
  assessed: Assessed
  severity: { is: Severity; label?: string; because: string }
  impact: { because: string }
  results: Results
  values: Record<string, CheckValues>
}

function judge(
  { triage, seen, alert, inputs, everyMs }: RecheckInput,
  results: Results,
  before: Assessed,
  atMs: number,
): Judged {
  const values = Object.fromEntries(
    Object.entries(results).flatMap(([name, result]) => {
      const known = valuesOf(result)
      return known === undefined ? [] : [[name, known]]
    }),
  )
  const scope = withInputs(checksScope(seen, values, alert), inputs)
  // Nobody has looked for too long: what held before may have been false meanwhile.
  const isInterrupted = atMs - before.atMs > Math.max(limits.recheckGapMs, 3 * everyMs)
  const heldSince = heldAfter({ triage }, scope, isInterrupted ? {} : before.heldSince, atMs)
  const { severity, label, because } = assessSeverity({ triage }, scope, before, { since: heldSince, atMs })
  const impact = assessImpact({ triage }, scope)
  return {
    assessed: { severity, impact: impact.impact, heldSince, atMs },
    severity: { is: severity, ...(label === undefined ? {} : { label }), because },
    impact: { because: impact.because },
    results,
    values,
  }
}

/** Undefined when nothing is worse; without a row only the measurement before counts. */
function worseThan(
  before: Assessed,
  incident: { severity: Severity; impact: Impact; phase: Phase } | undefined,
  { assessed, severity, impact, results, values }: Judged,
): Rechecked | undefined {
  const row = incident ?? { ...before, phase: 'mitigation' }
  if (!isOpen(row.phase)) return undefined
  const { severity: is } = assessed
  const isSeverityWorse = isMoreSevere(is, row.severity) && isMoreSevere(is, before.severity)
  // Only what is measured: that nobody knows any more is no news of customers.
  const isImpactWorse = assessed.impact === 'yes' && row.impact !== 'yes' && before.impact !== 'yes'
  if (!isSeverityWorse && !isImpactWorse) return undefined
  return {
    ...(isSeverityWorse ? { severity } : {}),
    ...(isImpactWorse ? { impact } : {}),
    assessed,
    results,
    values,
  }
}

function nothingWorse({ assessed, results, values }: Judged): Rechecked {
  return { assessed, results, values }
}

/** What could not be measured says nothing: it must not look as if it had become better, and then worse again. */
function keepingWorst({ assessed, results }: Judged, before: Assessed): Assessed {
  if (Object.values(results).every(hasAnswered)) return assessed
  return {
    ...assessed,
    severity: isMoreSevere(before.severity, assessed.severity) ? before.severity : assessed.severity,
    impact: assessed.impact === 'unknown' ? before.impact : assessed.impact,
  }
}

function hasAnswered(result: CheckResult | GroupResult): boolean {
  return 'members' in result
    ? Object.values(result.members).every(one => 'values' in one)
    : 'values' in result
}

/** One row for all of the same assessment in the same few minutes, see limits.recheckKeptMs. */
function sampleOf({ incident }: RecheckInput, { assessed: { severity, impact, atMs }, results }: Judged) {
  const nth = Math.floor(atMs / limits.recheckKeptMs)
  return { incident, purpose: `${evidence}/${severity}/${impact}/${nth}`, checks: results, atMs }
}
