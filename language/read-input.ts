/** One input as it is written, held against its own type: known, bounded, with a value to be had. */
import { longestDurationMs } from '../contracts/duration.ts'
import { limits } from '../contracts/limits.ts'
import { inputTypes, type InputType, type InputValue, type RunbookInput } from '../contracts/runbook-input.ts'
import type { ParameterDefinition } from '../contracts/targets/definition.ts'
import { parseAlertText } from './alert-text.ts'
import type { Finding, Path } from './fault.ts'
import { readParameter } from './read-parameters.ts'
import { valueAt } from './tree.ts'

/** The input, unless its type is not known; findings point below `path`, which is that of the input. */
export function readInput(
  name: string,
  written: unknown,
  path: Path,
  isOfRoutine = false,
): { input?: RunbookInput; findings: Finding[] } {
  const type = inputTypes.find(known => known === valueAt(written, ['type']))
  if (type === undefined) return { findings: [] }
  const findings: Finding[] = []
  const refuse = (key: string, message: string, hint?: string): undefined =>
    void findings.push({ path: [...path, key], message, hint })
  const unit = unitOf(type, written, refuse)
  const input: RunbookInput = {
    name,
    type,
    describe: String(valueAt(written, ['describe'])),
    ...present('unit', unit),
    ...present('from', fromOf(written, refuse)),
    ...present('min', boundOf('min', type, written, refuse)),
    ...present('max', boundOf('max', type, written, refuse)),
    ...present('oneOf', choicesOf(type, written, refuse)),
  }
  if (input.min !== undefined && input.max !== undefined && input.min > input.max)
    refuse('max', '`max` is less than `min`: no value fits')
  const value = defaultOf(input, written, refuse)
  const isEmpty = valueAt(written, ['from']) === undefined && valueAt(written, ['default']) === undefined
  if (isEmpty)
    findings.push({
      path,
      message: `input \`${name}\` would never have a value`,
      hint: isOfRoutine ? 'add `default`' : 'add `from` or `default`',
    })
  if (isUnbounded(input))
    findings.push({
      path,
      message: `\`${name}\` is text of an alert and has no bound`,
      hint: 'add `one_of` or `max`',
    })
  return { input: { ...input, ...present('default', value) }, findings }
}

/** What a value of the input has to be, as parameters say it. */
export function definitionOf({ type, describe, min, max }: RunbookInput): ParameterDefinition {
  const bounds = { describe, ...present('min', min), ...present('max', max) }
  if (type === 'int' || type === 'double') return { type, unit: '', ...bounds }
  return { type, ...bounds, ...(type === 'string' && { min: min ?? 1 }) }
}

/** Says why a value that was written out is none of this input, or what it is. */
export function readInputValue(
  input: RunbookInput,
  written: unknown,
): { value: InputValue } | { problem: string } {
  const read = readParameter(definitionOf(input), written)
  if ('problem' in read) return read
  const value = read.value as InputValue
  if (input.oneOf === undefined || input.oneOf.includes(String(value))) return { value }
  return { problem: `must be ${input.oneOf.length > 1 ? 'one of ' : ''}${input.oneOf.join(', ')}` }
}

type Refuse = (key: string, message: string, hint?: string) => undefined

function unitOf(type: InputType, written: unknown, refuse: Refuse): string | undefined {
  const unit = valueAt(written, ['unit'])
  const isNumber = type === 'int' || type === 'double'
  if (isNumber && unit === undefined)
    return refuse('unit', '`unit` is required: a number is nothing without it', 'such as sessions or seconds')
  if (!isNumber && unit !== undefined)
    return refuse('unit', `\`unit\` is for int and double, not for ${type}`)
  return typeof unit === 'string' ? unit : undefined
}

function fromOf(written: unknown, refuse: Refuse): RunbookInput['from'] {
  const from = valueAt(written, ['from'])
  if (typeof from !== 'string') return undefined
  const hint = 'such as alert.labels.application or alert.annotations["team"]'
  return parseAlertText(from) ?? refuse('from', '`from` must be one label or annotation of the alert', hint)
}

function boundOf(key: 'min' | 'max', type: InputType, written: unknown, refuse: Refuse): number | undefined {
  const bound = valueAt(written, [key])
  if (bound === undefined) return undefined
  if (type === 'bool') return refuse(key, `\`${key}\` is not for bool`)
  if (type === 'string' && valueAt(written, ['one_of']) !== undefined)
    return refuse(key, `\`${key}\` says nothing beside \`one_of\``)
  const read = readParameter(boundDefinitions[type], bound)
  return 'value' in read ? Number(read.value) : refuse(key, `\`${key}\` ${read.problem}`)
}

/** Lengths are numbers too; what comes from an alert is never longer than this. */
const boundDefinitions = {
  int: { type: 'int', unit: '', describe: '' },
  double: { type: 'double', unit: '', describe: '' },
  duration: { type: 'duration', describe: '', max: longestDurationMs },
  string: { type: 'int', unit: 'characters', describe: '', min: 1, max: limits.inputTextLength },
} as const satisfies Record<Exclude<InputType, 'bool'>, ParameterDefinition>

function choicesOf(type: InputType, written: unknown, refuse: Refuse): string[] | undefined {
  const choices = valueAt(written, ['one_of'])
  if (!Array.isArray(choices)) return undefined
  if (type !== 'string') return refuse('one_of', `\`one_of\` is for string, not for ${type}`)
  return choices.map(String)
}

function defaultOf(input: RunbookInput, written: unknown, refuse: Refuse): InputValue | undefined {
  const value = valueAt(written, ['default'])
  if (value === undefined) return undefined
  const read = readInputValue(input, value)
  return 'value' in read ? read.value : refuse('default', `\`default\` ${read.problem}`)
}

function isUnbounded({ type, from, oneOf, max }: RunbookInput): boolean {
  return type === 'string' && from !== undefined && oneOf === undefined && max === undefined
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
