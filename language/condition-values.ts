/** What a condition may see, and how values become CEL's. Safe in the workflow sandbox. */

/** What a condition can see: CEL types by name, `labels` for a map of text to text, records nested, lists of records. */
export type VariableType =
  'int' | 'double' | 'string' | 'bool' | 'labels' | 'unchecked' | Variables | readonly [Variables]
export interface Variables {
  readonly [name: string]: VariableType
}

/** Turns a measured or received value into what CEL expects of its type; undefined when it does not fit. */
function toCel(type: VariableType, value: unknown): unknown {
  switch (type) {
    case 'int':
      return Number.isInteger(value) ? BigInt(value as number) : undefined
    case 'double':
      return Number.isFinite(value) ? value : undefined
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'labels':
      return new Map(Object.entries(value ?? {}).filter(([, text]) => typeof text === 'string'))
    case 'unchecked':
      return undefined
    default:
      return isListType(type) ? listToCel(type[0], value) : recordToCel(type, value)
  }
}

export function isListType(type: VariableType): type is readonly [Variables] {
  return Array.isArray(type)
}

function listToCel(item: Variables, value: unknown): Map<string, unknown>[] | undefined {
  return Array.isArray(value) ? value.map(one => recordToCel(item, one)) : undefined
}

/** Maps instead of objects: a label named `constructor` must stay a label, and CEL knows objects by their constructor. */
export function recordToCel(variables: Variables, value: unknown): Map<string, unknown> {
  const given = new Map(Object.entries(value ?? {}))
  const entries = Object.entries(variables).map(
    ([name, type]) => [name, toCel(type, given.get(name))] as const,
  )
  return new Map(entries.filter(([, converted]) => converted !== undefined))
}
