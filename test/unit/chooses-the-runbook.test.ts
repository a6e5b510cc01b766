import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Runbook } from '../../contracts/runbook.ts'
import { chooseRunbook } from '../../language/choose-runbook.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

const parsed = parseRunbook(
  readFileSync(new URL('../../runbooks/default.yaml', import.meta.url), 'utf8'),
  'default.yaml',
)
if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
const fallback = parsed.runbook

function named(name: string, match: string, priority = 0): Runbook {
  return { ...fallback, name, match, priority }
}

const runbooks = [
  named('zebra', 'alert.labels.team == "shop"'),
  fallback,
  named('apple', 'alert.labels.alertname == "X"'),
  named('broken', 'alert.labels.'),
  named('yak', 'alert.labels.team == "shop" && alert.labels.zone == "eu"'),
  named('emu', 'alert.labels.tier == "front" || alert.labels.tier == "back"', 10),
  named('ant', 'has(alert.labels.quiet)', -10),
]

test.each([
  ['the one that matches', { alertname: 'Y', team: 'shop' }, 'zebra'],
  ['the first by name of several', { alertname: 'X', team: 'shop' }, 'apple'],
  ['the one whose match asks for more', { team: 'shop', zone: 'eu', alertname: 'X' }, 'yak'],
  ['the highest priority, whatever the others ask for', { team: 'shop', zone: 'eu', tier: 'front' }, 'emu'],
  ['the lowest priority where nothing else matches', { alertname: 'Y', quiet: 'yes' }, 'ant'],
  ['none of a low priority beside another', { alertname: 'X', quiet: 'yes' }, 'apple'],
  ['the default when none matches', { alertname: 'Y' }, 'default'],
])('%s', (_, labels, expected) => {
  const alert = { labels, annotations: {} }
  expect(chooseRunbook(runbooks, alert)?.name).toBe(expected)
  expect(chooseRunbook(runbooks.toReversed(), alert)?.name).toBe(expected)
})

test.each([
  ['one text before every text that begins so', 'api-eu', 'exact'],
  ['the longer beginning before the shorter', 'api-us', 'longer'],
  ['the beginning where nothing else holds', 'apix', 'beginning'],
])('%s', (_, service, expected) => {
  const some = [
    named('beginning', 'alert.labels.service.startsWith("api")'),
    named('exact', 'alert.labels.service == "api-eu"'),
    named('longer', 'alert.labels.service.startsWith("api-")'),
  ]
  const alert = { labels: { service }, annotations: {} }
  for (const given of [some, some.toReversed()]) expect(chooseRunbook(given, alert)?.name).toBe(expected)
})

test('none without a default', () => {
  const alert = { labels: {}, annotations: {} }
  expect(
    chooseRunbook(
      runbooks.filter(runbook => runbook !== fallback),
      alert,
    ),
  ).toBeUndefined()
})
