/**
 * How checks and actions are declared: parameters, result fields with units, risk, fence. Pure data, read by the
 * runbook linter, the harness, the documentation and the editor's schema, so that none of them can disagree.
 */
import type { Risk } from '../incident.ts'

export const targetKinds = ['postgres', 'redis', 'service', 'prometheus'] as const
export type TargetKind = (typeof targetKinds)[number]

/** Durations are integer milliseconds here and `10m` in YAML. Label maps are string to string. */
export type ParameterValue = string | number | boolean | Record<string, string>

/** A number is nothing without its unit; a duration is written with one, and a text is as long as its characters. */
type Typed<Number extends string, Other extends string> =
  { type: Number; unit: string } | { type: Other; unit?: never }

export type ParameterDefinition = Typed<'int' | 'double', 'duration' | 'string' | 'bool' | 'labels'> & {
  /** What it means. */
  describe: string
  required?: boolean
  default?: ParameterValue
  /** Bounds of a number or duration (milliseconds), inclusive; of a string: its length. */
  min?: number
  max?: number
}

/** `int` and `double` tell CEL how to compare and calculate. A missing value is `no_data`, never zero. */
export type FieldDefinition = Typed<'int' | 'double', 'string' | 'bool'> & {
  describe: string
  /** Of a text: all that it can be. */
  oneOf?: readonly string[]
}

export interface CheckDefinition {
  kind: TargetKind
  describe: string
  parameters: Record<string, ParameterDefinition>
  fields: Record<string, FieldDefinition>
}

export interface ActionDefinition {
  kind: TargetKind
  describe: string
  risk: Risk
  parameters: Record<string, ParameterDefinition>
  /** What makes a late or doubled effect impossible at the target itself. */
  fence: string
}

interface ValueTypes {
  duration: number
  int: number
  double: number
  string: string
  bool: boolean
  labels: Record<string, string>
}

type Guaranteed<P extends ParameterDefinition> = P extends { required: true } | { default: ParameterValue }
  ? true
  : false

/** The parameters of a check or action as its implementation receives them, defaults filled in. */
export type Parameters<D extends { parameters: Record<string, ParameterDefinition> }> = {
  [
    K in keyof D['parameters'] as Guaranteed<D['parameters'][K]> extends true ? K : never
  ]: ValueTypes[D['parameters'][K]['type']]
} & {
  [
    K in keyof D['parameters'] as Guaranteed<D['parameters'][K]> extends true ? never : K
  ]?: ValueTypes[D['parameters'][K]['type']]
}

/** What a check measured. A field that could not be measured is left out. */
export type Measured<D extends CheckDefinition> = {
  [K in keyof D['fields']]?: ValueTypes[D['fields'][K]['type']]
}
