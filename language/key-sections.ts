/** Sections of a reference: what can be written at each place of a file, from the schema that validates it. */
import { durationShape } from '../contracts/duration.ts'
import type { JsonSchema } from './configuration-json-schema.ts'
import { markdownTable } from './markdown-table.ts'
import type { Mapping } from './runbook-places.ts'
import { defaultWords, typeWords } from './type-words.ts'

export function titleOf({ place }: Mapping): string {
  return `### ${place === '' ? 'Top level' : code(place)}`
}

export function keysOf({ place, schema, keys }: Mapping, places: readonly Mapping[]): string {
  const required = (schema['required'] ?? []) as string[]
  const rows = Object.entries(keys).map(([key, value]) => [
    code(key),
    linked(typeWords(value, code), below(place, key), places),
    required.includes(key) ? 'required' : defaultOf(value),
    (value['description'] as string | undefined) ?? '',
  ])
  return markdownTable(['Key', 'Type', 'Default', 'Meaning'], rows)
}

export function below(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`
}

/** Leads from a mapping to the section that has its keys. */
function linked(words: string, place: string, places: readonly Mapping[]): string {
  const target = places.find(one => [place, `${place}[]`, `${place}.<name>`].includes(one.place))
  return target === undefined
    ? words
    : `[${words}](#${target.place.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '')})`
}

export function defaultOf(schema: JsonSchema): string {
  const words = defaultWords(schema)
  return words === undefined ? 'none' : code(words)
}

/** The named types and what makes a text one of them. */
export function typesOf(
  places: readonly Mapping[],
  others: readonly (readonly [string, string])[] = [],
): string {
  const rows = new Map([['text', 'not empty'], ['duration', durationShape], ...others])
  for (const { title, patternErrorMessage } of places.flatMap(({ texts }) => texts)) {
    if (typeof title === 'string' && typeof patternErrorMessage === 'string')
      rows.set(title, patternErrorMessage)
  }
  return markdownTable(['Type', 'How it is written'], [...rows])
}

export function code(text: string): string {
  return `\`${text}\``
}
