/** Goal: docs/runbook-reference.md says what the language is. Method: it is generated; what is no definition is held to the linter. */
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { compile } from '../../language/condition-language.ts'
import { alertVariables, valueVariables } from '../../language/conditions.ts'
import { conditionPlaces, type conditionVariables, functionWords } from '../../language/condition-places.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { runbookReference } from '../../language/runbook-reference.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { codeBlocks, page, source } from '../support/documents.ts'

const example = codeBlocks(page('docs/runbooks.md'), 'yaml').find(text => text.includes('kind: Runbook'))!

test('is the one in the repository: npx paramedic runbook reference > docs/runbook-reference.md', () => {
  expect(source('docs/runbook-reference.md')).toBe(runbookReference())
})

/** One condition about each variable that a place may know; the checks are those of the example. */
const asks: Record<keyof typeof conditionVariables, string> = {
  alert: 'alert.labels.team == "web" && alert.annotations.summary != ""',
  checks: 'checks.sessions.idle > 10',
  value: 'value.status == "up" || value.idle > 10',
  inputs: 'inputs.most_idle > 10',
  incident: 'incident.impact && incident.severity == "SEV1" && incident.phase == "triage"',
}

const inputs = { most_idle: { type: 'int', unit: 'sessions', default: 10, describe: 'A few' } }

test.each(Object.entries(conditionPlaces))('a condition at %s sees %j', (place, variables) => {
  const seen = Object.entries(asks).filter(([, condition]) => {
    const tree = treeOf(example)
    put(tree, 'inputs.most_idle', inputs.most_idle)
    put(tree, place, condition)
    const parsed = parseRunbook(stringify(tree), 'x.yaml')
    const faults = 'faults' in parsed ? parsed.faults : []
    return !faults.some(({ message }) => message.includes('unknown'))
  })
  expect(seen.map(([name]) => name).toSorted()).toEqual(variables.toSorted())
})

test.each(Object.entries(functionWords))('the example of %s is a condition', (name, [condition]) => {
  expect(condition).toContain(`${name}(`)
  const pool = valueVariables('postgres.connections').value
  const edges = valueVariables('postgres.connections', true).value
  expect(compile(condition, { ...alertVariables, checks: { pool, edges } })).not.toHaveProperty('problem')
})

function treeOf(text: string): unknown {
  const yaml = parseYamlSource(text, 'x.yaml')
  if ('faults' in yaml) throw new Error(JSON.stringify(yaml.faults))
  return structuredClone(yaml.source.value)
}

/** Writes a condition at `a.b[].c`, into the first item of each list, and into a mapping of its own where there is none. */
function put(tree: unknown, place: string, condition: unknown): void {
  const [key = '', ...rest] = place.split('.')
  const node = tree as Record<string, unknown>
  const name = key.replace('[]', '')
  if (rest.length === 0) node[name] = condition
  else put(key.endsWith('[]') ? (node[name] as unknown[])[0] : (node[name] ??= {}), rest.join('.'), condition)
}
