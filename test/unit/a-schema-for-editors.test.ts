/** Goal: what an editor is told about paramedic.yaml agrees with what a start accepts. Method: files against both. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { configurationSchema } from '../../contracts/configuration.ts'
import { configurationJsonSchema } from '../../language/configuration-json-schema.ts'
import { effectiveConfiguration } from '../../language/effective-configuration.ts'
import { parseConfiguration } from '../../language/parse-configuration.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { codeBlocks, exampleValue, page } from '../support/documents.ts'

const validate = new Ajv2020({ allErrors: true, formats: { uri: /^[a-z]+:/ } }).compile(
  configurationJsonSchema(),
)
const example = codeBlocks(page('docs/configuration.md'), 'yaml').find(text =>
  text.includes('kind: Configuration'),
)!
const sandbox = readFileSync(new URL('../../embedded/sandbox/paramedic.yaml', import.meta.url), 'utf8')

describe('the published schema', () => {
  test('is the one in the repository: npx paramedic config schema > docs/schemas/configuration.json', () => {
    const kept = readFileSync(new URL('../../docs/schemas/configuration.json', import.meta.url), 'utf8')
    expect(JSON.parse(kept)).toEqual(configurationJsonSchema())
  })

  test.each([
    ['the documented example', example],
    ['the sandbox', sandbox],
  ])('takes %s with its references unread', (_, text) => {
    expect(validate(treeOf(text)) ? [] : validate.errors).toEqual([])
  })

  test.each([
    ['an unknown key', 'principals:', 'principles:'],
    ['an unknown autonomy', 'autonomy: propose', 'autonomy: prpose'],
    ['an unknown kind of channel', 'kind: slack', 'kind: slak'],
    ['a duration without its unit', 'for: 2m', 'for: 2'],
    ['a number as text', 'value: 500', "value: '500'"],
    ['a short token', "'${file:secrets/alertmanager}'", 'short'],
  ])('refuses %s, as a start does', (_, from, to) => {
    expect(example).toContain(from)
    const broken = example.replace(from, () => to)
    expect(validate(treeOf(broken))).toBe(false)
    expect(parseConfiguration(broken, 'x.yaml', exampleValue)).toHaveProperty('faults')
  })
})

describe('the effective configuration', () => {
  test('means the same as the file, and says what the file left out', () => {
    const tree = treeOf(example)
    const effective = effectiveConfiguration(tree)
    const read = (written: unknown): unknown =>
      JSON.parse(JSON.stringify(configurationSchema.parse(JSON.parse(put(JSON.stringify(written))))))
    expect(read(effective)).toEqual(read(tree))
    expect(effective).toHaveProperty('rules.0.every', '15s')
    expect(effective).toHaveProperty('targets.3.autonomy', 'observe')
    expect(effective).toHaveProperty('service.zone', 'UTC')
  })

  test('keeps references and the names people chose', () => {
    const effective = effectiveConfiguration(treeOf(example))
    expect(effective).toHaveProperty('sources.0.token', '${file:secrets/alertmanager}')
    expect(effective).toHaveProperty('targets.2.process.environment.PORT', '8080')
  })
})

function treeOf(text: string): unknown {
  const yaml = parseYamlSource(text, 'x.yaml')
  if ('faults' in yaml) throw new Error(JSON.stringify(yaml.faults))
  return yaml.source.value
}

function put(text: string): string {
  return text.replace(/\$\{(?:env|file):([^}]+)\}/g, (_, name: string) => exampleValue({ name }))
}
