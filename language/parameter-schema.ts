/** What editors and the reference are told of one parameter of a check or action; `title` is its type in words. */
import { durationMeta, formatDuration } from '../contracts/duration.ts'
import type { ParameterDefinition } from '../contracts/targets/definition.ts'
import type { JsonSchema } from './configuration-json-schema.ts'

export function parameterSchema(parameter: ParameterDefinition): JsonSchema {
  return {
    ...shapeOf(parameter),
    ...present('default', defaultOf(parameter)),
    description: parameter.describe,
  }
}

function shapeOf(parameter: ParameterDefinition): JsonSchema {
  const { type, min, max } = parameter
  const range = rangeOf(parameter)
  switch (type) {
    case 'duration':
      return durationMeta({ ...present('min', min), ...present('max', max) })
    case 'int':
      return { title: `whole number of ${parameter.unit}${range}`, type: 'integer', ...between(min, max) }
    case 'double':
      return { title: `number of ${parameter.unit}${range}`, type: 'number', ...between(min, max) }
    case 'string':
      return {
        title: `text${range === '' ? '' : `${range} characters`}`,
        type: 'string',
        ...present('minLength', min),
        ...present('maxLength', max),
      }
    case 'bool':
      return { title: 'true or false', type: 'boolean' }
    case 'labels':
      return { title: 'mapping of label to text', type: 'object', additionalProperties: { type: 'string' } }
    default:
      return parameter satisfies never
  }
}

function between(min: number | undefined, max: number | undefined): JsonSchema {
  return { ...present('minimum', min), ...present('maximum', max) }
}

function defaultOf({ type, default: value }: ParameterDefinition): unknown {
  return type === 'duration' && value !== undefined ? formatDuration(Number(value)) : value
}

function rangeOf({ min, max }: ParameterDefinition): string {
  if (min === undefined) return max === undefined ? '' : `, at most ${max}`
  return max === undefined ? `, at least ${min}` : `, ${min} to ${max}`
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
