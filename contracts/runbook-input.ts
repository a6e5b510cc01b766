/** What a runbook is given from outside: declared with a type and bounds, and resolved once, when the incident opens. */
import type { ParameterValue } from './targets/definition.ts'

export const inputTypes = ['int', 'double', 'duration', 'string', 'bool'] as const
export type InputType = (typeof inputTypes)[number]

/** Durations are integer milliseconds. */
export type InputValue = string | number | boolean

export interface RunbookInput {
  name: string
  type: InputType
  /** What it means. */
  describe: string
  /** Of an int or double. */
  unit?: string
  from?: AlertText
  /** What holds where the alert says nothing, or nothing that is taken. */
  default?: InputValue
  /** Bounds of a number or duration, inclusive; of a text: its length, at least 1. */
  min?: number
  max?: number
  /** Of a text: all there is to choose from. */
  oneOf?: string[]
}

/** One label or annotation of the alert that opens the incident. */
export interface AlertText {
  of: 'labels' | 'annotations'
  name: string
}

/** An input as an incident has it, for as long as it lives. */
export interface ResolvedInput {
  name: string
  type: InputType
  /** Without one, whatever needs it has no data. */
  value?: InputValue
  source: 'given' | 'alert' | 'default' | 'none'
  /** Why what was said is not taken, or why there is no value. */
  problem?: string
}

/** Parameters of a check or action as a runbook has them. */
export interface Given {
  with: Record<string, ParameterValue>
  /** Parameter -> the input that has its value; `labels.<name>` of one label in a mapping of them. */
  fromInputs?: Record<string, string>
}

/** The parameters with the values of their inputs; `missing` says which input has none, and why. */
export function filledParameters(
  { with: written, fromInputs }: Given,
  inputs: readonly ResolvedInput[] = [],
): { with: Record<string, ParameterValue> } | { missing: string } {
  const filled = { ...written }
  for (const [parameter, name] of Object.entries(fromInputs ?? {})) {
    const input = inputs.find(candidate => candidate.name === name)
    if (input?.value === undefined)
      return { missing: `its input ${name} has no value: ${input?.problem ?? 'it was never resolved'}` }
    const [mapping, label] = dividedAtDot(parameter)
    filled[mapping] =
      label === undefined ? input.value : { ...labelsOf(filled[mapping]), [label]: String(input.value) }
  }
  return { with: filled }
}

/** Names of parameters have no dot; those of labels are anybody's. */
function dividedAtDot(parameter: string): [string, string?] {
  const at = parameter.indexOf('.')
  return at === -1 ? [parameter] : [parameter.slice(0, at), parameter.slice(at + 1)]
}

function labelsOf(value: ParameterValue | undefined): Record<string, string> {
  return typeof value === 'object' ? value : {}
}
