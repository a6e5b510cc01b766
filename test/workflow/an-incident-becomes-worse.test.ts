/** Goal: what becomes worse while an incident is open is measured, raises it, and calls whoever it calls. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setImpact, setSeverity } from '../../store/acts.ts'
import { at, type Harness, startHarness } from '../support/incident-harness.ts'
import { resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const minute = 60_000

/** Measures one thing from each of these minutes on, counted from the first look. */
function over(values: Record<number, object>) {
  let began: number | undefined
  return {
    measure: ({ nowMs }: { nowMs: number }) => {
      began ??= nowMs
      const passed = nowMs - began
      const [, value] = Object.entries(values).findLast(([from]) => passed >= Number(from) * minute) ?? []
      if (value === undefined) throw new Error('the target does not answer')
      return { idle: 5, ...value }
    },
  }
}

function rising(options: { severity?: string; levels?: string } = {}): string {
  return `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity:
    ${options.severity ?? `- { is: SEV1, label: Critical, when: 'checks.pool.used_ratio > 0.95' }`}
    - { is: SEV3, label: Low }
  impact: 'checks.pool.used_ratio > 0.9'
  recheck: 1m
escalate:
  - { after: 0m, page: [on-call] }
${options.levels ?? ''}
`
}

test('the severity rises, with the reason and the measurements, and the level that waits for it pages once', async () => {
  const levels = `  - { after: 2m, when: 'incident.severity == "SEV1"', page: [platform-lead] }`
  const played = await harness.play({
    runbook: rising({ levels }),
    target: over({
      0: { used_ratio: 0.5 },
      4: { used_ratio: 0.97 },
      6: { used_ratio: 0.5 },
      7: { used_ratio: 0.99 },
    }),
    people: [resolves(9)],
  })
  expect(played.entries('severity.changed')).toEqual([
    { from: 'SEV3', to: 'SEV1', label: 'Critical', because: 'SEV1: checks.pool.used_ratio > 0.95 holds' },
  ])
  expect(played.entries('impact.changed')).toMatchObject([{ from: 'no', to: 'yes' }])
  expect(played.entries('check.measured').map(({ values }) => values['used_ratio'])).toEqual([0.5, 0.97])
  expect(played.row).toMatchObject({ severity: 'SEV1', severity_label: 'Critical', impact: 'yes' })
  expect(played.pagedAt).toEqual([
    { level: 0, minute: 0 },
    { level: 1, minute: 4 },
  ])
  expect(played.pages[1]!.page.because).toBe('incident.severity == "SEV1" holds now')
  const { rows } = await harness.pool.query<{ count: number }>(
    `select count(*)::int as count from measurement where incident = $1 and purpose like 'recheck/%'`,
    [played.number],
  )
  // Eight looks that said nothing new, of which those that say the same in the same minutes are one.
  expect(rows[0]!.count).toBeGreaterThan(0)
  expect(rows[0]!.count).toBeLessThan(6)
})

test('a person who lowers it is not overruled by what was known then, and is by something worse', async () => {
  const lowers = at(3, async ({ pool, number, atMs }) => {
    await setSeverity(pool, { number, by: 'ana', severity: 'SEV3', reason: 'only the back office', atMs })
    await setImpact(pool, { number, by: 'ana', impact: 'no', reason: 'no customer uses it', atMs })
  })
  const severity = `- { is: SEV1, when: 'checks.pool.used_ratio > 0.95' }
    - { is: SEV2, when: 'checks.pool.used_ratio > 0.8' }`
  const played = await harness.play({
    runbook: rising({ severity }),
    target: over({ 0: { used_ratio: 0.85 }, 6: { used_ratio: 0.97 } }),
    people: [lowers, resolves(8)],
  })
  expect(played.timeline.filter(({ kind }) => kind === 'severity.changed')).toMatchObject([
    { actor: 'person:ana', data: { from: 'SEV2', to: 'SEV3' } },
    { actor: 'paramedic', data: { from: 'SEV3', to: 'SEV1' } },
  ])
  expect(played.row).toMatchObject({ severity: 'SEV1', impact: 'yes' })
})

test('a severity that must last: what interrupts it begins its time anew, and no data does', async () => {
  const severity = `- { is: SEV1, when: 'checks.pool.used_ratio > 0.95', for: 3m }`
  const bad = { used_ratio: 0.97 }
  const values: Record<number, object | undefined> = { 0: bad, 2: undefined, 3: bad }
  const target = over(values as Record<number, object>)
  const opened = await harness.play({ runbook: rising({ severity }), target, people: [resolves(8)] })
  const raised = opened.timeline.filter(({ kind }) => kind === 'severity.changed')
  expect(raised).toMatchObject([
    { data: { to: 'SEV1', because: 'SEV1: checks.pool.used_ratio > 0.95 has held for 3 minutes' } },
  ])
  expect(Math.round((raised[0]!.atMs - opened.openedAtMs) / minute)).toBe(6)
})

test('a level whose condition must last pages when it has, exactly', async () => {
  const levels = `  - { after: 0m, when: 'incident.severity == "SEV3"', for: 5m, page: [senior] }`
  const played = await harness.play({
    runbook: rising({ levels }),
    target: over({ 0: { used_ratio: 0.5 } }),
    people: [resolves(7)],
  })
  expect(played.pagedAt).toEqual([
    { level: 0, minute: 0 },
    { level: 1, minute: 5 },
  ])
  expect(played.pages[1]!.page.because).toBe('incident.severity == "SEV3" has held for 5 minutes')
})

test('a level whose condition ends in its time does not page', async () => {
  const levels = `  - { after: 0m, when: 'incident.severity == "SEV3"', for: 5m, page: [senior] }`
  const played = await harness.play({
    runbook: rising({ levels }),
    target: over({ 0: { used_ratio: 0.5 }, 3: { used_ratio: 0.97 } }),
    people: [resolves(8)],
  })
  expect(played.pagedAt).toEqual([{ level: 0, minute: 0 }])
})
