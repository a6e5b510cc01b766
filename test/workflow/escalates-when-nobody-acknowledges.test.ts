import { afterAll, beforeAll, expect, test } from 'vitest'
import { acknowledge, requestResolve } from '../../store/acts.ts'
import { at, type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, ladder, mendedBy } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const levels = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate: []
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, page: [on-call, senior] }
  - { after: 30m, unless: resolved, page: [senior] }
  - { after: 60m, unless: resolved, when: incident.impact, page: [platform-lead], severity: SEV1 }
`
const broken = { measure: () => ({ idle: 50, used_ratio: 0.99 }) }
const resolveAt = (minute: number) =>
  at(minute, ({ pool, number, atMs }) =>
    requestResolve(pool, { number, by: 'ana', atMs, reason: 'enough' }).then(() => {}),
  )

test('nobody acknowledges: pages at 0, 15, 30 and 60, each once, and raises the severity at 60', async () => {
  const played = await harness.play({ runbook: levels, target: broken, people: [resolveAt(70)] })
  expect(played.pagedAt).toEqual([
    { level: 0, minute: 0 },
    { level: 1, minute: 15 },
    { level: 2, minute: 30 },
    { level: 3, minute: 60 },
  ])
  expect(played.pages.map(({ page }) => page.because)).toEqual([
    'it opened',
    'it is not acknowledged after 15 minutes',
    'it is not resolved after 30 minutes',
    'it is not resolved after 1 hour',
  ])
  expect(played.row['severity']).toBe('SEV1')
  for (const sent of played.entries('page.sent')) expect(sent.latenessMs).toBeLessThan(5_000)
})

test('acknowledged at 20: 0 and 15 paged, and the levels that wait for a recovery keep their times', async () => {
  const people = [
    at(20, ({ pool, number, atMs }) => acknowledge(pool, { number, by: 'ana', atMs }).then(() => {})),
    at(25, ({ pool, number, atMs }) =>
      requestResolve(pool, { number, by: 'ana', atMs, reason: 'done' }).then(() => {}),
    ),
  ]
  const played = await harness.play({ runbook: levels, target: broken, people })
  expect(played.pagedAt.map(page => page.minute)).toEqual([0, 15])
})

test('a new alert after the acknowledgement restarts the levels that wait for one; the others keep their times', async () => {
  const people = [
    at(5, ({ pool, number, atMs }) => acknowledge(pool, { number, by: 'ana', atMs }).then(() => {})),
    alert(20, 'firing', 'second'),
    resolveAt(70),
  ]
  const played = await harness.play({ runbook: levels, target: broken, people })
  expect(played.pagedAt).toEqual([
    { level: 0, minute: 0 },
    { level: 2, minute: 30 },
    { level: 1, minute: 35 },
    { level: 3, minute: 60 },
  ])
})

test('a level of off-hours waits for them, and one of office hours pages in them', async () => {
  // Wherever it is shortly after noon now.
  const east = 12 - new Date().getUTCHours()
  const zone = `Etc/GMT${east < 0 ? '+' : '-'}${Math.abs(east)}`
  const minutesToTwo = 120 - new Date().getUTCMinutes()
  const runbook = `
triage: { severity: [ { is: SEV2 } ] }
office_hours: { zone: ${zone}, days: [mon, tue, wed, thu, fri, sat, sun], from: "11:00", to: "14:00" }
escalate:
  - { after: 0m, page: [on-call], only: off-hours }
  - { after: 15m, page: [team-lead], only: office-hours }
`
  const played = await harness.play({ runbook, target: broken, people: [resolveAt(150)] })
  expect(played.pagedAt.map(({ level }) => level)).toEqual([1, 0])
  expect(played.pagedAt[0]!.minute).toBe(15)
  expect(Math.abs(played.pagedAt[1]!.minute - minutesToTwo)).toBeLessThanOrEqual(1)
})

test('recovered and held: nobody is woken, acknowledged or not; a level that came due is paged when the alert is back', async () => {
  const lasting = { runbook: ladder({ steps: 2, hold: '30m' }), target: mendedBy(1) }
  const [quiet, back] = await Promise.all([
    harness.play({ ...lasting, people: [alert(5, 'resolved')] }),
    harness.play({
      ...lasting,
      people: [alert(5, 'resolved'), alert(20, 'firing'), alert(22, 'resolved')],
    }),
  ])
  expect(quiet.row['outcome']).toBe('recovered')
  expect(quiet.pagedAt).toEqual([{ level: 0, minute: 0 }])
  expect(back.entries('recovery.lost')).toHaveLength(1)
  expect(back.pagedAt.map(({ level }) => level)).toEqual([0, 1])
  // When it is back, and not when the next thing happens.
  expect(back.pagedAt[1]!.minute).toBeGreaterThanOrEqual(20)
  expect(back.pagedAt[1]!.minute).toBeLessThan(22)
})
