import { expect, test } from 'vitest'
import type { SeverityRule } from '../../contracts/runbook.ts'
import { assessSeverity, heldAfter, type HeldSince } from '../../language/assess.ts'
import { checksScope } from '../../language/conditions.ts'

const minute = 60_000
const severity: SeverityRule[] = [
  { is: 'SEV1', when: 'checks.pool.used_ratio > 0.9', forMs: 5 * minute },
  { is: 'SEV2', label: 'High', when: 'checks.pool.used_ratio > 0.5' },
  { is: 'SEV3' },
]
const runbook = { triage: { severity } }
const otherwise = { severity: 'SEV3' as const }

function scope(ratio: number | undefined) {
  const values = ratio === undefined ? {} : { pool: { used_ratio: ratio } }
  return checksScope([{ name: 'pool', uses: 'postgres.connections', isMany: false }], values, {
    labels: {},
    annotations: {},
  })
}

/** Measurements one minute apart; undefined is one that failed. */
function judged(...ratios: (number | undefined)[]) {
  let since: HeldSince = {}
  return ratios.map((ratio, nth) => {
    const atMs = nth * minute
    since = heldAfter(runbook, scope(ratio), since, atMs)
    return assessSeverity(runbook, scope(ratio), otherwise, { since, atMs }).severity
  })
}

test('it holds when every measurement for so long has held', () => {
  expect(judged(0.95, 0.95, 0.95, 0.95, 0.95, 0.95)).toEqual(['SEV2', 'SEV2', 'SEV2', 'SEV2', 'SEV2', 'SEV1'])
})

test.each([0.3, 0.7, undefined])('one that says %s begins its time anew', between => {
  const told = judged(0.95, 0.95, 0.95, between, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95)
  expect(told.indexOf('SEV1')).toBe(9)
})

test('the reason says for how long', () => {
  const told = assessSeverity(runbook, scope(0.95), otherwise, { since: { 0: 0 }, atMs: 5 * minute })
  expect(told.because).toBe('SEV1: checks.pool.used_ratio > 0.9 has held for 5 minutes')
})

test('measured once, it cannot have lasted, and a weaker rule decides', () => {
  expect(assessSeverity(runbook, scope(0.95), otherwise)).toMatchObject({ severity: 'SEV2', label: 'High' })
})
