import { describe, expect, test } from 'vitest'
import type { Runbook } from '../../../contracts/runbook.ts'
import { conditionsOfStep, everyCondition, untilOfWhole } from '../../../drills/asked-conditions.ts'
import { type Illness, illnessOf, valuesOfRule } from '../../../drills/illness.ts'
import { assess, holds } from '../../../drills/judged-conditions.ts'
import { evaluateMatch } from '../../../language/conditions.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { shippedRunbooks } from '../../support/mutated-runbooks.ts'

function read(text: string): Runbook {
  const parsed = parseRunbook(text, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.runbook
}

function illness(runbook: Runbook): Illness {
  const found = illnessOf(runbook)
  if ('because' in found) throw new Error(found.because)
  return found
}

const written = ({
  match = 'alert.labels.alertname == "A"',
  impact = 'checks.pool.idle > 1',
  more = '',
} = {}) =>
  read(`
apiVersion: paramedic/v1
kind: Runbook
metadata: { name: a, title: A, owner: test }
targets: { db: postgres, edges: { kind: service, many: true } }
match: '${match}'
triage:
  checks: { pool: { uses: postgres.connections, target: db }, edges: { uses: service.health, target: edges } }
  severity: [ { is: SEV1, when: checks.pool.idle > 50 }, { is: SEV3 } ]
  impact: '${impact}'
escalate: [ { after: 0m, page: [on-call] } ]
${more}`)

describe.each(shippedRunbooks.map(read).map(runbook => [runbook.name, runbook] as const))(
  '%s',
  (_, runbook) => {
    const found = illness(runbook)

    test('its alert is one that it is for, and nothing lacks data', () => {
      if (runbook.match !== undefined) expect(evaluateMatch(runbook, found.alert)).toBe(true)
      for (const condition of everyCondition(runbook))
        expect(holds(found, condition, found.sick.values), condition.text).toBeDefined()
    })

    test('ill: every step is taken, and nothing proves that it is well', () => {
      const proofs = untilOfWhole(runbook)
      for (const [index, step] of runbook.mitigate.entries()) {
        const { when, until } = conditionsOfStep(step, index)
        if (when !== undefined) expect(holds(found, when, found.sick.values), when.text).toBe(true)
        proofs.push(...(until === undefined ? [] : [until]))
      }
      for (const proof of proofs) expect(holds(found, proof, found.sick.values), proof.text).toBe(false)
    })

    test('well: every proof holds, and it is no worse', () => {
      const steps = runbook.mitigate.flatMap((step, index) => conditionsOfStep(step, index).until ?? [])
      for (const proof of [...untilOfWhole(runbook), ...steps])
        expect(holds(found, proof, found.well.values), proof.text).toBe(true)
      expect(assess(found, found.well.values).severity >= assess(found, found.sick.values).severity).toBe(
        true,
      )
    })

    test('each of its severities can be had', () => {
      for (const [index, rule] of runbook.triage.severity.entries())
        expect(assess(found, valuesOfRule(found, index) ?? {}).severity, rule.when).toBe(rule.is)
    })
  },
)

test('values stand at the thresholds, so that a threshold that was moved makes a difference', () => {
  const { sick, well } = illness(
    written({ more: 'verify: { checks: [pool], until: checks.pool.used_ratio < 0.7 }' }),
  )
  expect(sick.values['pool']).toMatchObject({ used_ratio: 0.7 })
  expect(well.values['pool']).toMatchObject({ used_ratio: 0.693 })
})

test.each([
  ['alert.labels.a == "x" || alert.labels.b == "y"', { labels: { a: 'x' }, annotations: {} }],
  ['alert.labels.job.startsWith("api") && !(alert.labels.job == "api")', undefined],
  [
    'alert.labels["a b"] in ["x", "y"] && has(alert.annotations.c)',
    { labels: { 'a b': 'x' }, annotations: { c: 'something' } },
  ],
  ['alert.labels.a != "x" && alert.labels.a != "y"', { labels: { a: 'something' }, annotations: {} }],
])('the alert for %s', (match, alert) => {
  const found = illnessOf(written({ match }))
  expect('because' in found ? undefined : found.alert).toEqual(alert)
})

test('a group is as large as its conditions ask for', () => {
  const found = illness(
    written({ impact: 'checks.edges.filter(e, e.answered && e.latency_ms > 500.0).size() >= 2' }),
  )
  expect(found.sick.unmet).toEqual([])
  expect(found.targets).toEqual({ edges: ['edges-1', 'edges-2'] })
})

test('what cannot be had is said', () => {
  const { sick } = illness(written({ impact: 'checks.pool.idle * checks.pool.idle == 49' }))
  expect(sick.unmet).toEqual([
    {
      path: ['triage', 'impact'],
      wanted: true,
      because: 'no value that was tried of pool.idle makes `checks.pool.idle * checks.pool.idle == 49` true',
    },
  ])
})

test('a rule that has to last can be had from no first measurement', () => {
  const lasting = read(`
apiVersion: paramedic/v1
kind: Runbook
metadata: { name: a, title: A, owner: test }
targets: { db: postgres }
match: alert.labels.alertname == "A"
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV1, when: checks.pool.idle > 50, for: 5m }, { is: SEV3 } ]
  recheck: 1m
escalate: [ { after: 0m, page: [on-call] } ]
`)
  const found = illness(lasting)
  expect(found.sick.values['pool']!['idle']).toBeLessThanOrEqual(50)
  expect(valuesOfRule(found, 0)).toBeUndefined()
})
