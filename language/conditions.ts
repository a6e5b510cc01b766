/**
 * Conditions of runbooks. A value that was not measured makes a condition `noData`, never an exception and never
 * false by accident; `&&` and `||` still decide when the other side alone settles the answer.
 * Runs inside the workflow sandbox as well: pure, no clock, nothing remembered between calls.
 */
import type { Impact, Phase, Severity } from '../contracts/incident.ts'
import type { MeasuredCheck, Runbook } from '../contracts/runbook.ts'
import type { InputType, ResolvedInput } from '../contracts/runbook-input.ts'
import { checkDefinitions, type CheckName } from '../contracts/targets/catalogue.ts'
import { compile } from './condition-language.ts'
import { reasonOf } from './condition-problem.ts'
import { recordToCel, type VariableType, type Variables } from './condition-values.ts'

/** What a condition sees: the declared types, and the values as they were measured or received. */
export interface Scope {
  variables: Variables
  values: Record<string, unknown>
}

export type Evaluated = { value: boolean } | { noData: string }

/** An alert as conditions see it. */
export interface ConditionAlert {
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** The result fields of a check; of one that measures a group those of each member, `target` and `answered` among them. */
export type CheckValues = Record<string, unknown> | Record<string, unknown>[]
/** By the name of the check in the runbook; undefined when it failed. */
type CheckResults = Record<string, CheckValues | undefined>

/** A member of a group as conditions see it. */
export function memberValues(
  target: string,
  values: Record<string, unknown> | undefined,
): Record<string, unknown> {
  return { ...values, target, answered: values !== undefined }
}

/** Evaluates a condition; `noData` names the path that has no value, or says why nothing could be calculated. */
export function evaluateCondition(expression: string, scope: Scope): Evaluated {
  const compiled = compile(expression, scope.variables)
  if ('problem' in compiled) return { noData: `the condition is not valid here: ${compiled.problem.message}` }
  try {
    const value = compiled.run(recordToCel(scope.variables, scope.values))
    return typeof value === 'boolean' ? { value } : { noData: `${expression} is neither true nor false` }
  } catch (error) {
    return { noData: reasonOf(error) }
  }
}

/** Says whether a runbook is meant for an alert; a label the condition names and the alert lacks means no. */
export function evaluateMatch(runbook: Pick<Runbook, 'match'>, alert: ConditionAlert): boolean {
  if (runbook.match === undefined) return false
  const evaluated = evaluateCondition(runbook.match, alertScope(alert))
  return 'value' in evaluated && evaluated.value
}

export const alertVariables = {
  alert: { labels: 'labels', annotations: 'labels' },
} as const satisfies Variables

export const incidentVariables = {
  incident: { impact: 'bool', severity: 'string', phase: 'string' },
} as const satisfies Variables

/** Declares `checks.<name>.<field>` for the given checks. */
function checksVariables(checks: readonly MeasuredCheck[]): { checks: Variables } {
  return { checks: Object.fromEntries(checks.map(check => [check.name, resultType(check)])) }
}

/** Declares `value.<field>` for one check, or `value` as the list of what each of a group measured. */
export function valueVariables(uses: CheckName, isMany = false): { value: VariableType } {
  return { value: resultType({ uses, isMany }) }
}

/** Fields of a member that no check measures. */
const memberFields = { target: 'string', answered: 'bool' } as const

function resultType({ uses, isMany }: Omit<MeasuredCheck, 'name'>): VariableType {
  return isMany ? [{ ...fieldsOf(uses), ...memberFields }] : fieldsOf(uses)
}

/** The scope of `match`. */
export function alertScope(alert: ConditionAlert): Scope {
  return { variables: alertVariables, values: { alert } }
}

/** The scope of triage and of a step's `when` (with the alert), and of the overall verification (without). */
export function checksScope(
  checks: readonly MeasuredCheck[],
  results: CheckResults,
  alert?: ConditionAlert,
): Scope {
  const variables = checksVariables(checks)
  if (alert === undefined) return { variables, values: { checks: results } }
  return { variables: { ...variables, ...alertVariables }, values: { checks: results, alert } }
}

/** The scope of a step's verification: one check's result is `value`. */
export function valueScope(check: CheckName, result: CheckValues | undefined, isMany = false): Scope {
  return { variables: valueVariables(check, isMany), values: { value: result } }
}

/** The scope of an escalation level; `incident.impact` is true for yes and for unknown, because unknown counts as yes. */
export function incidentScope(incident: { impact: Impact; severity: Severity; phase: Phase }): Scope {
  return {
    variables: incidentVariables,
    values: { incident: { ...incident, impact: incident.impact !== 'no' } },
  }
}

/** Declares `inputs.<name>`; of a duration one says whether it is meant in seconds or milliseconds. */
export function inputVariables(inputs: readonly { name: string; type: InputType | 'unchecked' }[]): {
  inputs: Variables
} {
  return { inputs: Object.fromEntries(inputs.map(({ name, type }) => [name, inputType(type)])) }
}

function inputType(type: InputType | 'unchecked'): VariableType {
  return type === 'duration' ? { seconds: 'double', milliseconds: 'int' } : type
}

/** The same scope with the inputs of an incident, if its runbook has any. */
export function withInputs(scope: Scope, inputs: readonly ResolvedInput[] = []): Scope {
  if (inputs.length === 0) return scope
  const values = inputs.flatMap(({ name, type, value }) => {
    if (value === undefined) return []
    return [[name, type === 'duration' ? { seconds: Number(value) / 1_000, milliseconds: value } : value]]
  })
  return {
    variables: { ...scope.variables, ...inputVariables(inputs) },
    values: { ...scope.values, inputs: Object.fromEntries(values) },
  }
}

function fieldsOf(check: CheckName): Variables {
  const { fields } = checkDefinitions[check]
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.type]))
}
