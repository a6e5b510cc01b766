import { cancellationSignal } from '@temporalio/activity'
import { CodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { CheckName, ParameterValue } from '../contracts/targets/catalogue.ts'
import { checkDefinitions } from '../contracts/targets/catalogue.ts'
import { type CheckValues, memberValues } from '../language/conditions.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool } from '../store/database.ts'
import { saveMeasurement } from '../store/measurements.ts'
import type { CheckImplementations } from './targets/implementations.ts'
import { createWorkflowClock } from './workflow-clock.ts'
import { type Decision, writeDecisions } from './write-decisions.ts'

export interface CheckRequest {
  name: string
  uses: CheckName
  /** Name of the configured target. */
  target: string
  with: Record<string, ParameterValue>
  timeoutMs: number
  /** Known before anything is measured: that it cannot be, and why. */
  problem?: string
}

/** The same of each of several targets. */
export type GroupRequest = Omit<CheckRequest, 'target'> & { targets: string[] }

export type CheckResult = { values: Record<string, unknown> } | { problem: string }

/** By target. One that gave no answer has its reason, as a check of one target has. */
export interface GroupResult {
  members: Record<string, CheckResult>
}

export type RunCheckInput = CheckRequest & {
  incident: string
  purpose: string
  /** Its target is one of a group, and its evidence says which. */
  isMember?: true
  unwritten: Decision[]
}

/** One activity type a check, so that Temporal's own screens and metrics say what was measured. */
export function createCheckActivities(dependencies: {
  pool: Pool
  configuration: Configuration
  checks: CheckImplementations
}): Record<CheckName, (input: RunCheckInput) => Promise<CheckResult>> & {
  giveUpCheck(input: RunCheckInput & { problem: string }): Promise<CheckResult>
} {
  async function runCheck(input: RunCheckInput): Promise<CheckResult> {
    const now = createWorkflowClock()
    const [result] = await Promise.all([
      measure(dependencies, input, cancellationSignal()),
      writeDecisions(dependencies.pool, input.incident, input.unwritten),
    ])
    return keep(input, result, now)
  }

  async function keep(input: RunCheckInput, result: CheckResult, now: () => number): Promise<CheckResult> {
    const { incident, purpose, name: check, uses, target, isMember } = input
    const kept = isMember === true ? { members: { [target]: result } } : result
    const values = 'values' in result ? result.values : {}
    const error = 'problem' in result ? { error: result.problem } : {}
    await inTransaction(dependencies.pool, async tx => {
      await saveMeasurement(tx, { incident, purpose, checks: { [check]: kept }, atMs: now() })
      await appendEntries(tx, [
        {
          kind: 'check.measured',
          actor: 'paramedic',
          atMs: now(),
          incident,
          data: { check, uses, target, ...(isMember && { isMember }), values, ...error },
        },
      ])
    })
    return result
  }
  const names = Object.keys(checkDefinitions) as CheckName[]
  const checks = Object.fromEntries(names.map(name => [name, runCheck])) as Record<CheckName, typeof runCheck>
  return {
    ...checks,
    /** Nobody measured it in time, and the incident goes on without: that stands in the record as any other problem does. */
    async giveUpCheck({ problem, ...input }) {
      const now = createWorkflowClock()
      await writeDecisions(dependencies.pool, input.incident, input.unwritten)
      return keep(input, { problem }, now)
    },
  }
}

/** Measures once. What could not be measured is an answer too: `problem` says why. */
export async function measure(
  dependencies: { configuration: Configuration; checks: CheckImplementations },
  request: CheckRequest,
  cancelled: AbortSignal,
): Promise<CheckResult> {
  if (request.problem !== undefined) return { problem: request.problem }
  const target = dependencies.configuration.targets.find(candidate => candidate.name === request.target)
  if (target === undefined)
    return { problem: `target ${request.target} is not in this worker's configuration` }
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(request.timeoutMs)])
  try {
    const measured = await asAny(dependencies.checks[request.uses]).measure(target, request.with, signal)
    return { values: measured }
  } catch (error) {
    if (cancelled.aborted) throw error
    return {
      problem:
        error instanceof CodedError
          ? error.message
          : `${request.uses} on ${request.target} failed: ${String(error)}`,
    }
  }
}

/** Measures several checks at once, each on its target or its group. */
export async function measureAll(
  dependencies: { configuration: Configuration; checks: CheckImplementations },
  requests: readonly (CheckRequest | GroupRequest)[],
  cancelled: AbortSignal,
): Promise<Record<string, CheckResult | GroupResult>> {
  const measured = requests.map(
    async request => [request.name, await measureAny(dependencies, request, cancelled)] as const,
  )
  return Object.fromEntries(await Promise.all(measured))
}

/** Measures one target, or each of a group at once. */
export async function measureAny(
  dependencies: { configuration: Configuration; checks: CheckImplementations },
  request: CheckRequest | GroupRequest,
  cancelled: AbortSignal,
): Promise<CheckResult | GroupResult> {
  if (!('targets' in request)) return measure(dependencies, request, cancelled)
  const { targets, ...check } = request
  const members = targets.map(
    async target => [target, await measure(dependencies, { ...check, target }, cancelled)] as const,
  )
  return { members: Object.fromEntries(await Promise.all(members)) }
}

/** What conditions see of a result; undefined when there was no answer. */
export function valuesOf(result: CheckResult | GroupResult): CheckValues | undefined {
  if ('members' in result)
    return Object.entries(result.members)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([target, one]) => memberValues(target, 'values' in one ? one.values : undefined))
  return 'values' in result ? result.values : undefined
}

/** The linter has held kind and parameters against the definition, which ties them for each name but not across names. */
function asAny(check: unknown): {
  measure(
    target: TargetConfiguration,
    parameters: Record<string, ParameterValue>,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>>
} {
  return check as ReturnType<typeof asAny>
}
