/** Times, lengths and measured values as a post-mortem says them; always UTC, because it is read in every zone. */
import { actionDefinitions, isActionName } from '../contracts/targets/catalogue.ts'
import { oneLine } from './inert-markdown.ts'

/** `2026-03-14 03:02:09 UTC` */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** `1h 03m`, `14s`: two units at most, the larger ones first. */
export function lasting(ms: number): string {
  const index = units.findIndex(([, length]) => ms >= length)
  if (index === -1) return '0s'
  const [unit, length] = units[index]!
  const next = units[index + 1]
  const rest = next === undefined ? 0 : Math.floor((ms % length) / next[1])
  const whole = `${Math.floor(ms / length)}${unit}`
  return rest === 0 || next === undefined ? whole : `${whole} ${String(rest).padStart(2, '0')}${next[0]}`
}

/** `idle 18, used_ratio 0.2` */
export function valuesInWords(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${valueInWords(value)}`)
    .join(', ')
}

/** The same for an action's parameters; its definition says which numbers are lengths of time. */
export function parametersInWords(action: string | null, parameters: Record<string, unknown>): string {
  const defined: Record<string, { type: string }> =
    action !== null && isActionName(action) ? actionDefinitions[action].parameters : {}
  const told = Object.entries(parameters).map(([name, value]) => [
    name,
    defined[name]?.type === 'duration' && typeof value === 'number' ? lasting(value) : value,
  ])
  return valuesInWords(Object.fromEntries(told) as Record<string, unknown>)
}

/** Numbers keep four significant digits; lists their first five. */
function valueInWords(value: unknown): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
  if (typeof value === 'string') return oneLine(value)
  if (Array.isArray(value) && value.length === 0) return 'none'
  if (Array.isArray(value))
    return `${value.slice(0, 5).map(valueInWords).join(' ')}${value.length > 5 ? ` and ${value.length - 5} more` : ''}`
  return JSON.stringify(value) ?? 'nothing'
}

/** `person:ana` is ana. */
export function nameOf(actor: string): string {
  return actor === 'paramedic' ? 'Paramedic' : actor.slice(actor.indexOf(':') + 1)
}
