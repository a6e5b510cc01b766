/** Goal: whoever reads, reviews or tries a runbook sees what it is given, and when a change lets an alert decide more. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { chaptersOfForeseen } from '../../../cli/foresee/chapters.ts'
import { foresee } from '../../../cli/foresee/foresee.ts'
import { narrateIncident } from '../../../cli/narrate/incidents.ts'
import type { ResolvedInput } from '../../../contracts/runbook-input.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const text = readFileSync('test/support/asks-for-inputs.yaml', 'utf8')

function loaded(from: string) {
  const parsed = parseRunbook(from, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed
}

test('an explanation says of each what it may be and who decides', () => {
  const chapter = chaptersOf(loaded(text).runbook).find(({ title }) => title === 'What it is given')
  expect(chapter?.points[0]?.facts).toContainEqual({
    label: 'most',
    text: 'How many sessions to end: whole number of sessions, 1 to 200; alert.annotations["most sessions"], else 50',
  })
})

describe('a comparison tells what an alert may now decide', () => {
  test.each([
    ['max: 200', 'max: 2000', 'loosens', 'The most most is 2000 instead of 200'],
    ['max: 200', 'max: 100', 'tightens', 'The most most is 100 instead of 200'],
    ['min: 1m', 'min: 30s', 'loosens', 'The least idle_limit is 30 seconds instead of 1 minute'],
    ['default: 50', 'default: 60', 'loosens', 'Without another value, most is 60 instead of 50'],
    [
      'default: 10m',
      'default: 20m',
      'tightens',
      'Without another value, idle_limit is 20 minutes instead of 10 minutes',
    ],
    [
      'one_of: [shop, jobs]',
      'one_of: [shop, jobs, all]',
      'loosens',
      'application is one of shop, jobs and all instead of shop and jobs',
    ],
    [
      'type: duration,',
      'type: duration, from: alert.labels.idle,',
      'loosens',
      'idle_limit is decided by alert.labels.idle instead of the runbook alone',
    ],
    [
      'at_most: { input: most }',
      'at_most: 20',
      'tightens',
      'end-idle: at_most is 20 instead of that of the input most',
    ],
    [
      'at_most: { input: most }',
      'at_most: 500',
      'loosens',
      'end-idle: at_most is 500 instead of that of the input most',
    ],
  ])('%s becomes %s', (from, to, effect, told) => {
    const changes = compareRunbooks(loaded(text).runbook, loaded(text.replace(from, to)).runbook)
    expect(changes).toMatchObject([{ effect, text: told }])
  })
})

describe('a comparison tells what no longer narrows a step, and what the alert now chooses', () => {
  const given = '      application: { input: application }\n'
  const own = text.replace(given, '      application: shop\n')
  const without = text.replace(given, '')
  test.each([
    ['a literal becomes an input of the alert', own, text, 'loosens'],
    ['an input of the alert becomes a literal', text, own, 'tightens'],
  ])('%s', (_, before, after, effect) => {
    const found = differences(before, after).filter(({ text: told }) =>
      told.includes('end-idle: application'),
    )
    expect(found.map(change => change.effect)).toEqual([effect])
  })

  test('a parameter is gone with its input', () => {
    const told = differences(text, without).filter(change => change.text.includes('end-idle: application'))
    expect(told.map(({ effect }) => effect)).toEqual(['loosens'])
  })
})

function differences(before: string, after: string) {
  return compareRunbooks(loaded(before).runbook, loaded(after).runbook)
}

test('the record of an incident says what it was given, and calls attention to what was refused', () => {
  const opened = { title: 'x', runbook: 'x', runbookHash: 'abc', dedupKey: 'k', bindings: {} }
  const told = (inputs: ResolvedInput[]) =>
    narrateIncident({
      kind: 'incident.opened',
      actor: 'paramedic',
      atMs: 0,
      data: { ...opened, inputs },
      seq: 1,
      recordedAt: '',
      hash: '',
    })
  const limit = { name: 'limit', type: 'duration', value: 60_000, source: 'default' } as const
  expect(told([limit])).toMatchObject({
    text: expect.stringContaining('; input limit: 1 minute, the default'),
    tone: 'plain',
  })
  expect(told([{ ...limit, problem: 'alert.labels.x must be at least 1s' }])).toMatchObject({
    text: expect.stringContaining(
      '1 minute, the default; refused, because alert.labels.x must be at least 1s',
    ),
    tone: 'attention',
  })
})

test('a trial says what this alert would decide, and what it refuses', () => {
  const { runbook, hash } = loaded(text)
  const labels = { alertname: 'SessionsOfOneApplication', application: 'billing' }
  const annotations = { 'most sessions': '20' }
  const alert = { name: 'x', labels, annotations } as unknown as Parameters<typeof foresee>[0]
  const foreseen = foresee(alert, [{ file: 'x.yaml', runbook, hash } as never], undefined)
  const chapter = chaptersOfForeseen(foreseen).find(({ title }) => title === 'What it would be given')
  expect(chapter?.points[0]?.facts).toEqual([
    {
      label: 'application',
      text: 'no value, because alert.labels.application must be one of shop, jobs; it is "billing"',
    },
    { label: 'idle_limit', text: '10 minutes, the default' },
    { label: 'most', text: '20, by the alert' },
    { label: 'tight', text: 'false, the default' },
    { label: 'used', text: '0.7, the default' },
  ])
})
