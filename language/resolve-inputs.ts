/** What an incident's runbook is given: decided once, when it opens, from the alert and the defaults. Pure. */
import { CodedError } from '../contracts/coded-error.ts'
import { inertLine } from '../contracts/inert-text.ts'
import type { AlertText, InputValue, ResolvedInput, RunbookInput } from '../contracts/runbook-input.ts'
import { formatAlertText } from './alert-text.ts'
import type { ConditionAlert } from './conditions.ts'
import { readInputValue } from './read-input.ts'

/**
 * A person's value goes before the alert's, and that before the default. What is refused is told and never guessed at: then the
 * default holds, and without one there is no value. `given` is text too: a person types it.
 */
export function resolveInputs(
  declared: readonly RunbookInput[],
  alert: ConditionAlert,
  given: Readonly<Record<string, string>> = {},
): ResolvedInput[] {
  return declared.map(input => {
    const common = { name: input.name, type: input.type }
    const asked = askedOf(input, alert, given)
    const read = asked?.text === undefined ? undefined : readText(input, asked.text)
    if (asked !== undefined && read !== undefined && 'value' in read)
      return { ...common, value: read.value, source: asked.source }
    const refused = read !== undefined && 'problem' in read ? `${asked!.where} ${read.problem}` : undefined
    if (input.default !== undefined) {
      const problem = refused === undefined ? {} : { problem: refused }
      return { ...common, value: input.default, source: 'default', ...problem }
    }
    const nothing = asked === undefined ? 'nobody gave one' : `${asked.where} is not there`
    return { ...common, source: 'none', problem: refused ?? nothing }
  })
}

/** What a person gave by name and the runbook does not take. Whoever types a value means it: it is no reason to go on with another one. */
export function inputFaults(
  declared: readonly RunbookInput[],
  given: Readonly<Record<string, string>>,
): { field: string; problem: string }[] {
  const resolved = resolveInputs(declared, { labels: {}, annotations: {} }, given)
  const known =
    declared.length === 0 ? 'it has none' : `it has ${declared.map(({ name }) => name).join(', ')}`
  return Object.keys(given).flatMap(name => {
    const found = resolved.find(input => input.name === name)
    if (found?.source === 'given') return []
    const problem =
      found === undefined ? `the runbook has no such input; ${known}` : (found.problem ?? 'does not fit')
    return [{ field: `inputs.${name}`, problem }]
  })
}

/** Throws `bad_payload` with every value that is refused. */
export function refuseInputs(
  { name, inputs = [] }: { name: string; inputs?: readonly RunbookInput[] },
  given: Readonly<Record<string, string>>,
): void {
  const faults = inputFaults(inputs, given)
  if (faults.length === 0) return
  const told = faults.map(({ field, problem }) => `${field}: ${problem}`).join('; ')
  throw new CodedError('bad_payload', `The inputs do not fit: ${told}.`, {
    fields: { faults },
    hint: `What each may be: npx paramedic runbook explain ${name}`,
  })
}

interface Asked {
  source: 'given' | 'alert'
  /** As people are told where it was looked for. */
  where: string
  text: string | undefined
}

function askedOf(
  { name, from }: RunbookInput,
  alert: ConditionAlert,
  given: Readonly<Record<string, string>>,
): Asked | undefined {
  if (Object.hasOwn(given, name)) return { source: 'given', where: 'what was given', text: given[name] }
  if (from === undefined) return undefined
  return { source: 'alert', where: formatAlertText(from), text: textOf(alert, from) }
}

/** An empty label is one that is not there: https://prometheus.io/docs/concepts/data_model/ */
function textOf(alert: ConditionAlert, { of, name }: AlertText): string | undefined {
  const text = Object.hasOwn(alert[of], name) ? alert[of][name] : undefined
  return text === '' ? undefined : text
}

/** The whole text or nothing: `10 `, `1e3` and `yes` are no whole numbers and no facts. */
function readText(input: RunbookInput, text: string): { value: InputValue } | { problem: string } {
  const read = readInputValue(input, written(input, text))
  if ('problem' in read) return { problem: `${read.problem}; it is ${quoted(text)}` }
  if (read.value === text && inertLine(text, text.length) !== text)
    return { problem: `has blanks or characters that nobody sees; it is ${quoted(text)}` }
  return read
}

function written({ type }: RunbookInput, text: string): unknown {
  switch (type) {
    case 'int':
      return /^-?\d{1,16}$/.test(text) ? Number(text) : text
    case 'double':
      return /^-?\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : text
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'duration':
    case 'string':
      return text
    default:
      return type satisfies never
  }
}

/** Enough to recognise it, and nothing a terminal or channel obeys. */
function quoted(text: string): string {
  return JSON.stringify(inertLine(text, 60))
}
