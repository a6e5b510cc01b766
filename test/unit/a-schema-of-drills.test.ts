/** Goal: what an editor is told about drills agrees with what is accepted, and the reference with both. Method: files against both. */
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../language/configuration-json-schema.ts'
import { drillJsonSchema } from '../../language/drill-json-schema.ts'
import { drillReference } from '../../language/drill-reference.ts'
import { parseDrills } from '../../language/parse-drill.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { source } from '../support/documents.ts'

const schema = drillJsonSchema()
// What editors say where a shape does not fit; no keyword of the standard.
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true }).addVocabulary([
  'errorMessage',
  'patternErrorMessage',
])
const validate = ajv.compile(schema)
const sound = source('test/unit/broken-drills/sound.yaml')

test('is the one in the repository: npx paramedic drill schema > docs/schemas/drill.json', () => {
  expect(JSON.parse(source('docs/schemas/drill.json'))).toEqual(schema)
})

test('the reference is the one in the repository: npx paramedic drill reference > docs/drill-reference.md', () => {
  expect(source('docs/drill-reference.md')).toBe(drillReference())
})

test('takes a sound file', () => {
  expect(validate(treeOf(sound)) ? [] : validate.errors).toEqual([])
})

test.each([
  ['an unknown key', 'given:\n', 'givn:\n'],
  ['a missing key', 'runbook: pool\n', ''],
  ['an unknown act', 'does: acknowledge', 'does: acknowlege'],
  ['an unknown result', 'end-idle: failed', 'end-idle: fail'],
  ['an unknown key of an attempt', 'touches: 58', 'tuches: 58'],
  ['an unknown key of a change', 'wait: 10s', 'waits: 10s'],
  ['a list where a value is measured', 'idle: 60', 'idle: [60]'],
  ['a duration without its unit', 'at: 20m', 'at: 20'],
  ['a page without its time', 'at: 20m, ', ''],
  ['a name with a capital', 'who: ana', 'who: Ana'],
])('refuses %s, as the linter does', (_, from, to) => {
  expect(sound).toContain(from)
  const broken = sound.replace(from, () => to)
  expect(validate(treeOf(broken))).toBe(false)
  expect(parseDrills(broken, 'x.yaml')).toHaveProperty('faults')
})

describe('what it tells', () => {
  test('every key has a description', () => {
    const silent = below(schema).flatMap(found =>
      Object.entries((found['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(([key, value]) =>
        value['description'] === undefined ? [key] : [],
      ),
    )
    expect(silent).toEqual([])
  })
})

function treeOf(text: string): unknown {
  const yaml = parseYamlSource(text, 'x.yaml')
  if ('faults' in yaml) throw new Error(JSON.stringify(yaml.faults))
  return yaml.source.value
}

/** The schema and every schema in it. */
function below(value: unknown): JsonSchema[] {
  if (Array.isArray(value)) return value.flatMap(below)
  if (typeof value !== 'object' || value === null) return []
  return [value as JsonSchema, ...Object.values(value).flatMap(below)]
}
