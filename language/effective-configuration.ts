/** What a configuration comes to: as it is written, with everything it leaves out filled in. */
import { configurationJsonSchema, type JsonSchema } from './configuration-json-schema.ts'
import { entriesOf, valueAt } from './tree.ts'

/**
 * Fills the defaults into a tree that has been found valid. References stay as they are written, so that no credential can
 * be in what comes out.
 */
export function effectiveConfiguration(tree: unknown): unknown {
  return filled(tree, configurationJsonSchema())
}

function filled(value: unknown, schema: JsonSchema | undefined): unknown {
  if (schema === undefined) return value
  const chosen = alternativeFor(value, schema)
  if (Array.isArray(value)) return value.map(item => filled(item, chosen['items'] as JsonSchema | undefined))
  if (typeof value !== 'object' || value === null) return value
  const properties = (chosen['properties'] ?? {}) as Record<string, JsonSchema>
  const known = Object.entries(properties).flatMap(([key, property]) => {
    const written = valueAt(value, [key]) ?? property['default']
    return written === undefined ? [] : [[key, filled(written, property)]]
  })
  // Names a person chose: labels, variables of a process.
  const own = entriesOf(value).filter(([key]) => !Object.hasOwn(properties, key))
  return Object.fromEntries([...known, ...own])
}

/** Of the kinds of a list's items, the one that the value says it is. */
function alternativeFor(value: unknown, schema: JsonSchema): JsonSchema {
  const alternatives = (schema['oneOf'] ?? schema['anyOf']) as JsonSchema[] | undefined
  const kind = valueAt(value, ['kind'])
  return (
    alternatives?.find(candidate => valueAt(candidate, ['properties', 'kind', 'const']) === kind) ?? schema
  )
}
