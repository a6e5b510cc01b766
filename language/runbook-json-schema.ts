/** The JSON Schema of a runbook, for editors: made from the schema that validates and the catalogue of checks and actions. */
import { z } from 'zod'
import { durationShape } from '../contracts/duration.ts'
import { actionDefinitions, checkDefinitions } from '../contracts/targets/catalogue.ts'
import type {
  ActionDefinition,
  CheckDefinition,
  ParameterDefinition,
} from '../contracts/targets/definition.ts'
import type { JsonSchema } from './configuration-json-schema.ts'
import { parameterSchema } from './parameter-schema.ts'
import { runbookSource } from './runbook-source.ts'
import { defaultWords, typeWords } from './type-words.ts'

/** Where this is published, below the address of a service: `/schemas/runbook.json`. */
export const runbookSchemaPath = '/schemas/runbook.json'

/**
 * Says what an editor can know of one file; what only the whole runbook or the configuration tells is the linter's. Draft 7,
 * because that is what every editor reads.
 */
export function runbookJsonSchema(): JsonSchema {
  return { ...sayingAllOf(withCatalogue(runbookKeys())), title: 'Runbook of Paramedic' }
}

/** A schema whose descriptions say what editors do not show by themselves. */
export function sayingAllOf(schema: JsonSchema): JsonSchema {
  return everywhere(schema, sayingAll)
}

/** The keys as runbook-source.ts declares them, the type of each in words as its `title`. */
export function runbookKeys(): JsonSchema {
  return z.toJSONSchema(runbookSource, { io: 'input', target: 'draft-7' })
}

type Definition = CheckDefinition | ActionDefinition

/** By the title that `uses` has in runbook-source.ts. */
const catalogues: Record<string, Record<string, Definition>> = {
  check: checkDefinitions,
  action: actionDefinitions,
}

/** Wherever a check or an action is used, its name is one of the catalogue and `with` is what that one takes. */
function withCatalogue(schema: JsonSchema): JsonSchema {
  return everywhere(schema, found => {
    const { uses, with: parameters } = propertiesOf(found)
    const catalogue = Object.entries(catalogues[String(uses?.['title'])] ?? {})
    if (uses === undefined || catalogue.length === 0) return found
    const names = catalogue.map(([name, definition]) => ({ const: name, description: aboutOf(definition) }))
    const { description } = uses
    return {
      ...found,
      properties: {
        ...propertiesOf(found),
        uses: { type: 'string', description, oneOf: names },
        with: { type: 'object', description: parameters?.['description'] },
      },
      allOf: catalogue.map(([name, definition]) => parametersOf(name, definition)),
    }
  })
}

/** Written out, or that of an input; told apart first, so that an editor says what is wrong with the one that was meant. */
function orInput(parameter: ParameterDefinition): JsonSchema {
  const written = parameterSchema(parameter)
  // Of a mapping each label is one or the other.
  if (parameter.type === 'labels')
    return { ...written, additionalProperties: eitherOf(written['additionalProperties'] as JsonSchema) }
  const { title, description, default: value, ...shape } = written
  return { ...present({ title, description, default: value }), ...eitherOf(shape) }
}

function eitherOf(shape: JsonSchema): JsonSchema {
  return {
    if: { type: 'object' },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, and nothing that is awaited
    then: inputOf,
    else: shape,
  }
}

const inputOf: JsonSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The input that has the value' } },
  required: ['input'],
  additionalProperties: false,
}

function present(keys: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined))
}

/** What it does, on what, and what it may cost. */
export function aboutOf(definition: Definition): string {
  const risk = 'risk' in definition ? `, risk ${definition.risk}` : ''
  return `${definition.describe}. On a ${definition.kind} target${risk}.`
}

/** Where `uses` names this one: its parameters and no other. */
function parametersOf(name: string, definition: Definition): JsonSchema {
  const parameters = Object.entries(definition.parameters)
  const required = parameters.flatMap(([key, parameter]) => (parameter.required === true ? [key] : []))
  const schema = {
    title: name,
    type: 'object',
    description: aboutOf(definition),
    properties: Object.fromEntries(parameters.map(([key, parameter]) => [key, orInput(parameter)])),
    required,
    additionalProperties: false,
  }
  return {
    if: { required: ['uses'], properties: { uses: { const: name } } },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, and nothing that is awaited
    then: { required: required.length > 0 ? ['with'] : [], properties: { with: schema } },
  }
}

/**
 * Editors show the description and the title of the nearest mapping, and little else: the type with its unit and bounds, and
 * the default, are said in the description too.
 */
function sayingAll(schema: JsonSchema): JsonSchema {
  const { title, description, ...shape } = schema
  const isDuration = typeof title === 'string' && title.startsWith('duration')
  return {
    ...(schema['properties'] !== undefined && { title }),
    ...(typeof description === 'string' && { description: sentences(schema, description) }),
    ...shape,
    // What VS Code and its relatives say of anything else; others have their own words.
    ...(isDuration && { errorMessage: durationShape, patternErrorMessage: durationShape }),
  }
}

function sentences(schema: JsonSchema, description: string): string {
  const words = typeWords(schema)
  const type = /mappings?$|^text$|^always/.test(words) ? undefined : words
  const value = defaultWords(schema)
  const rest = [type, value && `default ${value}`].flatMap(part => part ?? []).join('; ')
  const said = /[.?]$/.test(description) ? description : `${description}.`
  return rest === '' ? said : `${said} ${capital(rest)}.`
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** Changes a schema and all schemas below it, the inner ones first. */
function everywhere(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const below = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(below)
    return isSchema(value) ? everywhere(value, change) : value
  }
  const entries = Object.entries(schema).map(([keyword, value]) => {
    const isNamed = keyword === 'properties' && isSchema(value)
    return [keyword, isNamed ? mapValues(value, below) : below(value)]
  })
  return change(Object.fromEntries(entries) as JsonSchema)
}

function mapValues(value: JsonSchema, change: (value: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]))
}

export function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema['properties'] ?? {}) as Record<string, JsonSchema>
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
