/** Goal: what an editor is told about runbooks agrees with what a worker accepts and fills in. Method: files against both. */
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { actionDefinitions, checkDefinitions } from '../../contracts/targets/catalogue.ts'
import type { JsonSchema } from '../../language/configuration-json-schema.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { runbookJsonSchema } from '../../language/runbook-json-schema.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { codeBlocks, page, shippedRunbooks, source } from '../support/documents.ts'

const schema = runbookJsonSchema()
// What editors say where a shape does not fit; no keyword of the standard.
const ajv = new Ajv({ allErrors: true }).addVocabulary(['errorMessage', 'patternErrorMessage'])
const validate = ajv.compile(schema)

const shipped = shippedRunbooks().map(one => [one.file, one.text] as const)
const example = codeBlocks(page('docs/runbooks.md'), 'yaml').find(text => text.includes('kind: Runbook'))!

test('is the one in the repository: npx paramedic runbook schema > docs/schemas/runbook.json', () => {
  expect(JSON.parse(source('docs/schemas/runbook.json'))).toEqual(schema)
})

test.each([...shipped, ['the documented example', example] as const])('takes %s', (_, text) => {
  expect(validate(treeOf(text)) ? [] : validate.errors).toEqual([])
})

test.each(shipped)('%s names it', (file, text) => {
  const up = '../'.repeat(file.split('/').length - 1)
  expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}docs/schemas/runbook.json`)
})

test.each([
  ['an unknown key', 'hold: 5m', 'hodl: 5m'],
  ['a missing key', '    target: api\n', ''],
  ['an unknown action', 'uses: service.restart', 'uses: service.restrat'],
  ['an action where a check stands', 'uses: service.health', 'uses: service.restart'],
  ['an unknown parameter', 'at_most: 200', 'most: 200'],
  ['a parameter of another action', 'at_most: 200', 'grace: 10s'],
  ['a parameter beyond its bounds', 'at_most: 200', 'at_most: 20000'],
  ['a parameter of another type', 'at_most: 200', 'at_most: many'],
  [
    'a check without what it requires',
    'uses: postgres.connections, target: db',
    'uses: redis.keys, target: db',
  ],
  ['a duration without its unit', 'hold: 5m', 'hold: 5'],
  ['a name with a capital', 'id: restart-api', 'id: Restart-api'],
  ['an unknown severity', 'is: SEV1', 'is: SEV9'],
  ['an unknown kind', 'api: service', 'api: servise'],
])('refuses %s, as the linter does', (_, from, to) => {
  expect(example).toContain(from)
  const broken = example.replace(from, () => to)
  expect(validate(treeOf(broken))).toBe(false)
  expect(parseRunbook(broken, 'x.yaml')).toHaveProperty('faults')
})

describe('what it tells', () => {
  const mappings = below(schema).map(propertiesOf)

  test('every key and parameter has a description', () => {
    const silent = mappings.flatMap(keys =>
      // The condition of a rule repeats a key, only to ask for its value.
      Object.keys(keys).filter(key => keys[key]!['description'] === undefined && !('const' in keys[key]!)),
    )
    expect(silent).toEqual([])
  })

  test('wherever something is used, its names are those of a catalogue', () => {
    const known = [checkDefinitions, actionDefinitions].map(Object.keys)
    const named = mappings.flatMap(({ uses = { const: '' } }) =>
      'const' in uses ? [] : [((uses['oneOf'] ?? []) as { const: string }[]).map(one => one.const)],
    )
    expect(named).toEqual(expect.arrayContaining(known))
    for (const names of named) expect(known).toContainEqual(names)
  })

  test('defaults are what is filled in', () => {
    const said = withDefaults(schema, treeOf(example))
    expect(said).not.toEqual(treeOf(example))
    const [plain, full] = [example, stringify(said)].map(text => parseRunbook(text, 'x.yaml'))
    if ('faults' in full!) throw new Error(JSON.stringify(full.faults))
    expect(plain).toMatchObject({ runbook: full!.runbook, hash: full!.hash })
  })
})

function treeOf(text: string): unknown {
  const yaml = parseYamlSource(text, 'x.yaml')
  if ('faults' in yaml) throw new Error(JSON.stringify(yaml.faults))
  return yaml.source.value
}

function below(part: unknown): JsonSchema[] {
  if (typeof part !== 'object' || part === null) return []
  const inner = Object.values(part).flatMap(below)
  return Array.isArray(part) ? inner : [part as JsonSchema, ...inner]
}

function propertiesOf(part: JsonSchema): Record<string, JsonSchema> {
  return (part['properties'] ?? {}) as Record<string, JsonSchema>
}

/** A step has these when a person takes it, and an action none of them. */
const keysOfPeople = ['expires', 'on_expiry']

/** The tree with every default of the schema written out. */
function withDefaults(part: JsonSchema | undefined, tree: unknown): unknown {
  if (part === undefined || typeof tree !== 'object' || tree === null) return tree
  if (Array.isArray(tree)) return tree.map(item => withDefaults(part['items'] as JsonSchema, item))
  const shapes = [part, ...thatApply(part, tree as Record<string, unknown>)].map(propertiesOf)
  const known: Record<string, JsonSchema> = Object.assign({}, ...shapes)
  const isAction = 'uses' in tree
  const defaults = Object.entries(known).flatMap(([key, { default: value }]) =>
    value === undefined || (isAction && keysOfPeople.includes(key)) ? [] : [[key, value]],
  )
  const filled: Record<string, unknown> = { ...Object.fromEntries(defaults), ...tree }
  const other = part['additionalProperties'] as JsonSchema | undefined
  return Object.fromEntries(
    Object.entries(filled).map(([key, value]) => [key, withDefaults(known[key] ?? other, value)]),
  )
}

function thatApply({ allOf }: JsonSchema, tree: Record<string, unknown>): JsonSchema[] {
  const conditions = (allOf ?? []) as { if: JsonSchema; then: JsonSchema }[]
  return conditions
    .filter(one => propertiesOf(one.if)['uses']?.['const'] === tree['uses'])
    .map(one => one.then)
}
