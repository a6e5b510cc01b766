/** Measured values and parameters, as short as they can be said without losing their meaning. */
import {
  actionDefinitions,
  checkDefinitions,
  isActionName,
  isCheckName,
} from '../../contracts/targets/catalogue.ts'
import { groupSummary, type MemberResult } from '../../contracts/group-summary.ts'
import { humaneDuration } from '../terminal/clock.ts'
import { unbroken } from './narration.ts'

/** `value 1`, `total 20 · idle 18 · used_ratio 0.2`; values keep the names that conditions know them by. */
export function valuesInWords(values: Record<string, unknown>, before: Record<string, unknown> = {}): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}${unbroken}${changeInWords(before[name], value)}`)
    .join(' · ')
}

function changeInWords(before: unknown, now: unknown): string {
  const [was, is] = [valueInWords(before), valueInWords(now)]
  return before === undefined || was === is ? is : `${was}${unbroken}→${unbroken}${is}`
}

/** Numbers keep four significant digits: more only hides what matters. Never grouped: some of them are process ids. */
export function valueInWords(value: unknown): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
  if (typeof value === 'string') return value
  if (Array.isArray(value))
    return `${value.slice(0, 5).map(valueInWords).join(', ')}${value.length > 5 ? ', …' : ''}`
  return JSON.stringify(value) ?? 'nothing'
}

/** In the order of the check's definition, the most telling first; the record keeps no order (RFC 8785 sorts). */
export function inDefinedOrder(uses: string, values: Record<string, unknown>): Record<string, unknown> {
  const defined = isCheckName(uses) ? Object.keys(checkDefinitions[uses].fields) : []
  return ordered(values, defined)
}

/** A verification's samples: what each check saw, beside what triage saw. */
export function measuredInWords(
  measured: Record<string, unknown>,
  before: Record<string, Record<string, unknown>> = {},
): string[] {
  return Object.entries(measured).map(([check, result]) => {
    const seen = isRecord(result) ? result : { value: result }
    if (isRecord(seen['members'])) {
      // As whoever measures wrote it: a result of each target.
      const members = seen['members'] as Record<string, MemberResult>
      return `${check}: ${valuesInWords(groupSummary(members, Object.keys(before[check] ?? {})), before[check])}`
    }
    if (typeof seen['problem'] === 'string') return `${check}: not measured: ${seen['problem']}`
    const values = isRecord(seen['values']) ? seen['values'] : seen
    const known = before[check]
    // What triage measured is in order; the same check is told the same way.
    return `${check}: ${valuesInWords(known === undefined ? values : ordered(values, Object.keys(known)), known)}`
  })
}

function ordered(values: Record<string, unknown>, first: readonly string[]): Record<string, unknown> {
  const names = [...first.filter(name => Object.hasOwn(values, name)), ...Object.keys(values)]
  return Object.fromEntries([...new Set(names)].map(name => [name, values[name]]))
}

/** Parameters of an action; its definition says which numbers are durations. */
export function parametersInWords(action: string, parameters: Record<string, unknown>): string {
  const definitions: Record<string, { type: string }> = isActionName(action)
    ? actionDefinitions[action].parameters
    : {}
  return Object.entries(parameters)
    .map(([name, value]) => {
      const isDuration = definitions[name]?.type === 'duration' && typeof value === 'number'
      return `${name}${unbroken}${isDuration ? humaneDuration(value) : valueInWords(value)}`
    })
    .join(' · ')
}

/** What an action or check does, in the words of its definition. */
export function describeUse(name: string): string | undefined {
  if (isActionName(name)) return actionDefinitions[name].describe
  return isCheckName(name) ? checkDefinitions[name].describe : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
