/** What conditions of a runbook say of values that a drill has its checks measure. */
import { measuredChecks, roleOf, type Runbook } from '../contracts/runbook.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import { compile } from '../language/condition-language.ts'
import { recordToCel } from '../language/condition-values.ts'
import {
  type CheckValues,
  checksScope,
  type ConditionAlert,
  memberValues,
  type Scope,
  valueScope,
  withInputs,
} from '../language/conditions.ts'
import { assessImpact, assessSeverity } from '../language/assess.ts'
import type { Impact, Severity } from '../contracts/incident.ts'
import { type AskedCondition, checkNamed } from './asked-conditions.ts'

export type FieldValue = string | number | boolean
/** By check and field; a check that is not here cannot be measured. */
export type MeasuredValues = Readonly<Record<string, Readonly<Record<string, FieldValue>>>>

/** What does not change while values do. */
export interface Given {
  runbook: Runbook
  alert: ConditionAlert
  inputs: readonly ResolvedInput[]
  /** Of each role for many. */
  members: number
}

/** Undefined: it is neither true nor false. */
export function holds(given: Given, condition: AskedCondition, values: MeasuredValues): boolean | undefined {
  return judgeOf(given, condition)(values)
}

/** The same for many values: reading a condition costs far more than asking it. */
export function judgeOf(
  given: Given,
  condition: AskedCondition,
): (values: MeasuredValues) => boolean | undefined {
  const { variables } = scopeOf(given, condition, {})
  const compiled = compile(condition.text, variables)
  if ('problem' in compiled) return () => undefined
  return measured => {
    const { values } = scopeOf(given, condition, measured)
    try {
      const value = compiled.run(recordToCel(variables, values))
      return typeof value === 'boolean' ? value : undefined
    } catch {
      // What was not measured, or cannot be calculated.
      return undefined
    }
  }
}

/** What triage makes of them; a rule that asks for a time holds in no first measurement. */
export function assess(given: Given, values: MeasuredValues): { severity: Severity; impact: Impact } {
  const { runbook, alert, inputs } = given
  const scope = withInputs(checksScope(measuredChecks(runbook), resultsOf(given, values), alert), inputs)
  const otherwise = { severity: runbook.triage.severity.at(-1)?.is ?? 'SEV3' }
  const { severity } = assessSeverity(runbook, scope, otherwise)
  return { severity, impact: assessImpact(runbook, scope).impact }
}

export function scopeOf(given: Given, { ofCheck, path }: AskedCondition, values: MeasuredValues): Scope {
  const { runbook, alert, inputs } = given
  const results = resultsOf(given, values)
  if (ofCheck !== undefined) {
    const { uses, isMany } = checkNamed(runbook, ofCheck)
    return withInputs(valueScope(uses, results[ofCheck], isMany), inputs)
  }
  const checks = measuredChecks(runbook)
  // The proof of the whole sees what it measures and no alert.
  const isOfWhole = path[0] === 'verify'
  return withInputs(isOfWhole ? checksScope(checks, results) : checksScope(checks, results, alert), inputs)
}

function resultsOf(
  { runbook, members }: Given,
  values: MeasuredValues,
): Record<string, CheckValues | undefined> {
  const uses = runbook.triage.checks.map(({ name, target }) => {
    const role = runbook.targets[target]
    const isMany = role !== undefined && roleOf(role).many === true
    const measured = values[name]
    const each = membersOf(target, members).map(member => memberValues(member, measured))
    return [name, isMany ? each : measured] as const
  })
  return Object.fromEntries(uses)
}

/** Names of the targets that fill a role for many. */
export function membersOf(role: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`)
}
