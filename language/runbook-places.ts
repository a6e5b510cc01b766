/** The mappings of a runbook by their place in it, in the order they are declared: `mitigate[].gate`. */
import type { JsonSchema } from './configuration-json-schema.ts'

export interface Mapping {
  /** Empty for the top level. */
  place: string
  schema: JsonSchema
  keys: Record<string, JsonSchema>
  /** The schemas of texts in it that are no mappings of their own, names of entries and items of lists included. */
  texts: JsonSchema[]
}

export function keysByPlace(schema: JsonSchema, place = ''): Mapping[] {
  const keys = (schema['properties'] ?? {}) as Record<string, JsonSchema>
  const values = Object.entries(keys)
  const inner = values.flatMap(([key, value]) => mappingsIn(value, place === '' ? key : `${place}.${key}`))
  if (values.length === 0) return inner
  return [{ place, schema, keys, texts: values.flatMap(([, value]) => textsIn(value)) }, ...inner]
}

/** A value may be a mapping, a list of them, a mapping of names to them, or one of several. */
function mappingsIn(value: JsonSchema, place: string): Mapping[] {
  if (value['properties'] !== undefined) return keysByPlace(value, place)
  const { items, additionalProperties: entries, anyOf = [], oneOf = [] } = value
  return [
    ...(isSchema(items) ? mappingsIn(items, `${place}[]`) : []),
    ...(isSchema(entries) ? mappingsIn(entries, `${place}.<name>`) : []),
    ...[...(anyOf as JsonSchema[]), ...(oneOf as JsonSchema[])].flatMap(one => mappingsIn(one, place)),
  ]
}

function textsIn(value: JsonSchema): JsonSchema[] {
  const { items, propertyNames: names, additionalProperties: entries, anyOf = [] } = value
  return [value, names, items, entries, ...(anyOf as unknown[])].filter(isSchema)
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}
