/** An input of a runbook in words. */
import { durationInWords } from '../../contracts/duration-words.ts'
import type { InputType, InputValue, ResolvedInput, RunbookInput } from '../../contracts/runbook-input.ts'
import { formatAlertText } from '../../language/alert-text.ts'
import { valueInWords } from '../narrate/values.ts'

/** `duration from 1 minute to 1 hour; alert.labels.idle, else 10 minutes`. */
export function inputInWords(input: RunbookInput): string {
  return `${typeOfInput(input)}; ${whereFrom(input)}`
}

/** `text, one of shop, jobs`, `whole number of sessions, at most 200`. */
export function typeOfInput({ type, unit, min, max, oneOf }: RunbookInput): string {
  const what = {
    int: 'whole number',
    double: 'number',
    duration: 'duration',
    string: 'text',
    bool: 'yes or no',
  }
  const kind = unit === undefined ? what[type] : `${what[type]} of ${unit}`
  if (oneOf !== undefined) return `${kind}, ${oneOf.length > 1 ? 'one of ' : ''}${oneOf.join(', ')}`
  const told = (bound: number): string => inputValueInWords(type, bound)
  const range =
    min === undefined
      ? max === undefined
        ? ''
        : ` at most ${told(max)}`
      : max === undefined
        ? ` at least ${told(min)}`
        : ` ${told(min)} to ${told(max)}`
  if (range === '') return kind
  return `${kind},${range}${type === 'string' ? ' characters' : ''}`
}

function whereFrom({ type, from, default: value }: RunbookInput): string {
  const fallback = value === undefined ? undefined : inputValueInWords(type, value)
  if (from === undefined) return fallback ?? 'no value'
  return `${formatAlertText(from)}, else ${fallback ?? 'no value: what needs it has no data'}`
}

export function inputValueInWords(type: InputType, value: InputValue): string {
  return type === 'duration' ? durationInWords(Number(value)) : valueInWords(value)
}

/** `10 minutes, by the alert`; of what was refused why, and what holds instead. */
export function resolvedInWords({ type, value, source, problem }: ResolvedInput): string {
  if (value === undefined) return `no value, because ${problem ?? 'nobody gave one'}`
  const told = inputValueInWords(type, value)
  if (problem !== undefined) return `${told}, the default; refused, because ${problem}`
  return {
    given: `${told}, as given`,
    alert: `${told}, by the alert`,
    default: `${told}, the default`,
    none: told,
  }[source]
}
