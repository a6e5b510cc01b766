import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configuredIn } from '../../language/configured.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

/** What is warned of stands in broken-runbooks/; here is what might be meant so. */
const sound = readFileSync(new URL('broken-runbooks/sound.yaml', import.meta.url), 'utf8')
const rule = { name: 'pool', labels: { shift: 'night' } }
const configured = configuredIn({ targets: [], rules: [rule] })

function warnings(match: string, step = 'checks.pool.idle > 20'): string[] {
  const text = sound.replace(/match: .*/, `match: '${match}'`).replace('checks.pool.idle > 20', step)
  const parsed = parseRunbook(text, 'x.yaml', configured)
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.warnings.map(({ column, hint }) => `${column} ${hint}`)
}

test.each([
  ['a usual label', 'alert.labels.severity == "critical"'],
  ['a label like no other', 'alert.labels.warehouse == "north"'],
  ['a label that is written twice', 'alert.labels.jobs == "a" || alert.labels.jobs == "b"'],
  ['a label of a rule', 'alert.labels.shift == "night"'],
  ['a label with three letters wrong', 'alert.labels.envirmnt == "x"'],
])('nothing is said of %s', (_, match) => {
  expect(warnings(match)).toEqual([])
})

test('of a near miss of a label that a rule sets it is', () => {
  expect(warnings('alert.labels["shfit"] == "night"')).toEqual(['9 did you mean `shift`?'])
})

test('a warning is no fault: the runbook is what it is without', () => {
  const text = sound.replace('alertname', 'alrtname')
  expect(parseRunbook(text, 'x.yaml')).toMatchObject({
    runbook: { match: 'alert.labels.alrtname == "PoolExhausted"' },
    warnings: [{ code: 'label', isWarning: true }],
  })
})
