import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configuredIn } from '../../language/configured.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

const read = (name: string): string =>
  readFileSync(new URL(`broken-runbooks/${name}`, import.meta.url), 'utf8')
const configured = configuredIn(parse(read('paramedic.yaml')))
/** It deletes keys that the cache of the system shop does not declare rebuildable. */
const refusedByShop = read('with-configuration/keys-that-are-not-rebuildable.yaml')
const asked = 'match: alert.labels.alertname == "PoolExhausted"'

function messages(match: string): string[] {
  const parsed = parseRunbook(refusedByShop.replace(asked, `match: '${match}'`), 'x.yaml', configured)
  return 'faults' in parsed ? parsed.faults.map(({ message }) => message) : []
}

test.each([
  ['it may be any', 'alert.labels.alertname == "PoolExhausted"'],
  ['it is this one', 'alert.labels.alertname == "A" && alert.labels.system == "shop"'],
  ['it is one of two', 'alert.labels.system == "shop" || alert.labels.system == "orders"'],
  ['it begins alike', 'alert.labels.system.startsWith("sho")'],
])('what the cache of a system refuses is told when %s', (_, match) => {
  expect(messages(match)).toEqual([expect.stringContaining('`shop-cache` would refuse this')])
})

test('nothing is said of a runbook whose system is configured elsewhere', () => {
  expect(messages('alert.labels.alertname == "A" && alert.labels.system == "orders"')).toEqual([])
  expect(messages('alert.labels.system == "shop" && alert.labels.environment == "staging"')).toEqual([])
})

test('a system that is configured, and has no target of a role, is told so', () => {
  expect(messages('alert.labels.system == "mill"')).toContain('no configured target has the role `api`')
})
