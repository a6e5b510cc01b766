/** The type of a key in words, with its unit and bounds, as editors and the reference say it. */
import type { JsonSchema } from './configuration-json-schema.ts'

interface Shape {
  title?: string
  type?: string
  enum?: string[]
  const?: string
  items?: Shape
  propertyNames?: Shape
  additionalProperties?: Shape | boolean
  anyOf?: Shape[]
  oneOf?: Shape[]
  properties?: object
  minimum?: number
  maximum?: number
}

type Quoted = (value: string) => string

/** For example `duration, at least 1s`, `one of next, escalate, stop` or `list of names`. */
export function typeWords(schema: JsonSchema, quoted: Quoted = value => value): string {
  return wordsOf(schema, quoted)
}

function wordsOf(shape: Shape, quoted: Quoted): string {
  const { title, type, enum: values, const: value, items = {}, properties } = shape
  if (properties !== undefined) return 'mapping'
  if (title !== undefined) return title
  if (values !== undefined) return `one of ${values.map(quoted).join(', ')}`
  if (value !== undefined) return `always ${quoted(value)}`
  const several = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].filter(one => one.const === undefined)
  if (several.length > 0) return [...new Set(several.map(one => wordsOf(one, quoted)))].join(' or ')
  if (type === 'array') return `list of ${many(wordsOf(items, quoted))}`
  if (type === 'object') return mappingWords(shape, quoted)
  if (type === 'boolean') return 'true or false'
  if (type === 'integer') return `whole number${rangeOf(shape)}`
  return type === 'number' ? `number${rangeOf(shape)}` : 'text'
}

function mappingWords(
  { propertyNames: names = {}, additionalProperties: entries }: Shape,
  quoted: Quoted,
): string {
  if (typeof entries !== 'object' || Object.keys(entries).length === 0) return 'mapping'
  const words = wordsOf(entries, quoted)
  return words === 'mapping' ? 'mapping' : `mapping of ${wordsOf(names, quoted)} to ${words}`
}

function many(words: string): string {
  return /^(name|role|mapping)$/.test(words) ? `${words}s` : words.replace(/^one of /, '')
}

function rangeOf({ minimum, maximum: most }: Shape): string {
  // What zod says of any whole number.
  const maximum = most === Number.MAX_SAFE_INTEGER ? undefined : most
  if (minimum === undefined) return maximum === undefined ? '' : `, at most ${maximum}`
  return maximum === undefined ? `, at least ${minimum}` : `, ${minimum} to ${maximum}`
}

/** What is taken where the key is left out, as it would be written; empty lists and mappings are as good as nothing. */
export function defaultWords({ default: value }: JsonSchema): string | undefined {
  if (value === undefined) return undefined
  const written = typeof value === 'string' ? value : JSON.stringify(value)
  return written === '{}' || written === '[]' ? undefined : written
}
