/** Goal: an author sees what can be written, what it means and what is wrong. Method: yaml-language-server, over its protocol. */
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actionDefinitions, checkDefinitions } from '../../contracts/targets/catalogue.ts'
import { shippedRunbooks, source } from '../support/documents.ts'
import { cursor, startYamlEditor, type YamlEditor } from '../support/yaml-editor.ts'

const folder = 'runbooks/shop'
const runbook = source(`${folder}/pool-exhausted.yaml`)

let editor: YamlEditor
beforeAll(async () => void (editor = await startYamlEditor()))
afterAll(async () => {
  await editor.stop()
  expect(editor.complaints()).toBe('')
})

describe('completes', () => {
  const step = '  - id: restart-api\n'

  test.each([
    ['a key at the top level', 'hold: 5s\n', `ho${cursor}\n`, ['hold']],
    ['a key of a step', step, `${step}    ti${cursor}\n`, ['timeout', 'when']],
    ['a kind of target', 'api: service', `api: ${cursor}`, ['postgres', 'redis', 'service', 'prometheus']],
    ['a severity', 'is: SEV1', `is: ${cursor}`, ['SEV1', 'SEV2', 'SEV3', 'SEV4']],
    ['what an expiry does', 'on_expiry: escalate', `on_expiry: e${cursor}`, ['next', 'escalate', 'stop']],
    ['a duration', 'hold: 5s', `hold: ${cursor}`, ['5m', '30s', '10m']],
    [
      'a parameter of the action that is used',
      'with: { grace: 3s, healthy_within: 20s }',
      `with:\n      ${cursor}`,
      ['grace', 'healthy_within'],
    ],
    [
      'the parameter that is left',
      'grace: 3s, healthy_within: 20s',
      `grace: 3s, h${cursor}`,
      ['healthy_within'],
    ],
    [
      'a parameter of the check that is used',
      'health: { uses: service.health, target: api }',
      `health:\n      uses: redis.keys\n      target: api\n      with:\n        ${cursor}`,
      ['prefix', 'count_at_most'],
    ],
  ])('%s', async (_, from, to, expected) => {
    const labels = (await editor.complete(folder, put(from, to))).map(({ label }) => label)
    expect(labels).toEqual(expect.arrayContaining(expected))
  })

  test('a parameter with its unit, bounds and default', async () => {
    const offered = await editor.complete(folder, put('at_most: 50, ', `at${cursor}, `))
    expect(offered.find(({ label }) => label === 'at_most')?.documentation).toBe(
      'Never end more sessions than this. Whole number of sessions, 1 to 10000; default 200.',
    )
  })

  test('no parameter of another action', async () => {
    const offered = await editor.complete(folder, put('grace: 3s, healthy_within: 20s', `a${cursor}`))
    expect(offered.map(({ label }) => label)).not.toContain('at_most')
  })

  test.each([
    ['checks', 'health: { uses: service.health', `health: { uses: ${cursor}`, checkDefinitions],
    ['actions', 'uses: service.restart', `uses: ${cursor}`, actionDefinitions],
  ] as const)('the names of %s, each with what it does', async (_, from, to, definitions) => {
    const offered = await editor.complete(folder, put(from, to))
    expect(offered.map(({ label }) => label).toSorted()).toEqual(Object.keys(definitions).toSorted())
    for (const [name, { describe }] of Object.entries(definitions)) {
      const [item] = offered.filter(({ label }) => label === name)
      expect(item?.documentation).toContain(describe)
    }
  })
})

describe('explains', () => {
  test.each([
    ['a key', 'hold: 5s', `ho${cursor}ld: 5s`, ['How long a recovery must last', 'Duration; default 5m.']],
    ['a key with bounds', 'every: 1s', `eve${cursor}ry: 1s`, ['Time between measurements', 'at least 250ms']],
    [
      'an action',
      'uses: service.restart',
      `uses: service${cursor}.restart`,
      ['TERM, wait', 'risk disruptive'],
    ],
    [
      'a check',
      'uses: postgres.connections',
      `uses: post${cursor}gres.connections`,
      ['On a postgres target'],
    ],
    [
      'a parameter with its unit and bounds',
      'at_most: 50',
      `at_m${cursor}ost: 50`,
      ['Never end more sessions than this. Whole number of sessions, 1 to 10000; default 200.'],
    ],
    [
      'a duration among parameters',
      'grace: 3s',
      `gra${cursor}ce: 3s`,
      ['service.restart', 'Time between TERM and KILL. Duration, 100ms to 5m; default 10s.'],
    ],
  ])('%s', async (_, from, to, expected) => {
    const shown = await editor.hover(folder, put(from, to))
    for (const words of expected) expect(shown).toContain(words)
  })
})

describe('marks', () => {
  test.each([
    ['a misspelt key', 'hold: 5s', 'hodl: 5s', 'hodl', /Property hodl is not allowed/],
    ['a missing key', '    target: api\n', '', 'id: restart-api', /Missing property "target"/],
    ['an unknown parameter', 'grace: 3s', 'grase: 3s', 'grase', /Property grase is not allowed/],
    ['an unknown action', 'service.restart', 'service.restrat', 'service.restrat', /"service.restart"/],
    ['a parameter too large', 'at_most: 50', 'at_most: 50000', '50000', /maximum of 10000/],
    ['a parameter left out', 'with: { metric: shop_http_error_ratio }', 'with: {}', 'with: {}', /"metric"/],
    [
      'a duration without unit',
      'hold: 5s',
      'hold: 5',
      '5\n',
      /must be a duration with its unit, such as 500ms/,
    ],
  ])('%s', async (_, from, to, at, words) => {
    const text = put(from, to)
    const found = await editor.diagnose(folder, text)
    expect(found).toEqual([expect.stringMatching(words)])
    expect(found[0]).toMatch(new RegExp(`^${placeOf(text, at)} `))
  })

  test.each(shippedRunbooks().map(one => [one.file, one.text] as const))(
    'nothing in %s, but its first slip',
    async (file, text) => {
      expect(await editor.diagnose(dirname(file), text)).toEqual([])
      const slip = text.replace('\nescalate:', '\nescalated:')
      expect(await editor.diagnose(dirname(file), slip)).toEqual([
        expect.stringContaining('Missing property "escalate"'),
        expect.stringContaining('Property escalated is not allowed'),
      ])
    },
  )
})

function put(from: string, to: string): string {
  expect(runbook).toContain(from)
  return runbook.replace(from, () => to)
}

/** Line and column of the first time something is said, from 1. */
function placeOf(text: string, said: string): string {
  const before = text.slice(0, text.indexOf(said)).split('\n')
  return `${before.length}:${before.at(-1)!.length + 1}`
}
