/** Values that are worth trying for each field of a check: those that conditions speak of, and those beside them. */
import type { Runbook } from '../contracts/runbook.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import { checkDefinitions } from '../contracts/targets/catalogue.ts'
import type { FieldDefinition } from '../contracts/targets/definition.ts'
import { checkNamed, type AskedCondition } from './asked-conditions.ts'
import type { FieldValue } from './judged-conditions.ts'
import type { ReadCondition } from './read-condition.ts'

export interface Field {
  /** `<check>.<field>`. */
  name: string
  check: string
  field: string
  definition: FieldDefinition
}

/** Every field of every check. */
export function fieldsOf(runbook: Runbook): Field[] {
  return runbook.triage.checks.flatMap(({ name: check, uses }) =>
    Object.entries(checkDefinitions[uses].fields).map(([field, definition]) => ({
      name: `${check}.${field}`,
      check,
      field,
      definition,
    })),
  )
}

/** The fields that a path of a condition may mean: the items of a loop are those of any group in it. */
export function fieldsAt(
  runbook: Runbook,
  { ofCheck }: AskedCondition,
  read: ReadCondition,
  path: string,
): string[] {
  const [first = '', second = '', third = ''] = path.split('.')
  const fieldOf = (check: string, field: string): string[] =>
    isField(runbook, check, field) ? [`${check}.${field}`] : []
  if (first === 'value') return ofCheck === undefined ? [] : fieldOf(ofCheck, second)
  if (first === 'checks') return fieldOf(second, third)
  if (first === 'alert' || first === 'inputs') return []
  const groups = read.paths.flatMap(one => {
    const [root = '', name = ''] = one.split('.')
    return root === 'value' && ofCheck !== undefined ? [ofCheck] : root === 'checks' ? [name] : []
  })
  return [...new Set(groups)].flatMap(check => fieldOf(check, second))
}

function isField(runbook: Runbook, check: string, field: string): boolean {
  const isCheck = runbook.triage.checks.some(({ name }) => name === check)
  return isCheck && Object.hasOwn(checkDefinitions[checkNamed(runbook, check).uses].fields, field)
}

/** Something it may well measure where no condition asks. */
export function plausible({ type, oneOf }: FieldDefinition): FieldValue {
  switch (type) {
    case 'int':
      return 10
    case 'double':
      return 0.5
    case 'bool':
      return true
    case 'string':
      return oneOf?.[0] ?? 'something'
    default:
      return type satisfies never
  }
}

/** Far apart, for what conditions calculate. */
const figures = [0, 1, 10, 100, 1_000, 100_000]

/**
 * The nearest to what is written comes first: a value just at a threshold tells a threshold that was changed from one that was not.
 */
export function candidatesFor(definition: FieldDefinition, spokenOf: readonly FieldValue[]): FieldValue[] {
  const { type, oneOf = [] } = definition
  if (type === 'bool') return [true, false]
  const fitting = spokenOf.filter(value => typeof value === (type === 'string' ? 'string' : 'number'))
  if (type === 'string') return [...new Set([...fitting, ...oneOf, String(plausible(definition))])]
  const numbers = [...fitting, plausible(definition)].map(Number)
  const near = numbers.flatMap(number => [number, ...beside(number, type)])
  const isBelowZero = numbers.some(number => number < 0)
  const all = [...new Set([...near, ...figures])].filter(number => number >= 0 || isBelowZero)
  return type === 'int' ? all.filter(Number.isInteger) : all
}

/** A condition may hold a field against an input, or against so many times an input. */
export function withInputsOf(
  inputs: readonly ResolvedInput[],
  paths: readonly string[],
  literals: readonly FieldValue[],
): FieldValue[] {
  const given = inputs.flatMap(({ name, type, value }): FieldValue[] => {
    const path = paths.find(one => one.startsWith('inputs.') && one.split('.')[1] === name)
    if (path === undefined || value === undefined) return []
    return type === 'duration' && path.endsWith('.seconds') ? [Number(value) / 1_000] : [value]
  })
  const numbers = (values: readonly FieldValue[]): number[] =>
    values.filter(value => typeof value === 'number')
  return [
    ...numbers(given).flatMap(one => numbers(literals).map(factor => one * factor)),
    ...given,
    ...literals,
  ]
}

function beside(number: number, type: 'int' | 'double'): number[] {
  if (type === 'int') return [Math.ceil(number) - 1, Math.floor(number) + 1]
  const step = number === 0 ? 0.01 : Math.abs(number) / 100
  return [number - step, number + step].map(one => Number(one.toPrecision(12)))
}
