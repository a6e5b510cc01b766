/**
 * Goal: what people do at times is asked for, ticked and gone on with, one after the other; what is not done stops it. Method: hours in
 * skipped time.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { acknowledge, requestResolve } from '../../store/acts.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { at, type Harness, type Played, startHarness } from '../support/incident-harness.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const task = (id: string, more = ''): string =>
  `  - { id: ${id}, manual: Do ${id}., expires: 2h${more === '' ? '' : `, ${more}`} }`

const checklist = (...steps: string[]): string => `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV4 } ]
  impact: 'false'
mitigate:
${steps.join('\n')}
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, page: [on-call, senior] }
`

const well: ScriptedTarget = { measure: () => ({ idle: 50, used_ratio: 0.2 }) }
const ticks = (minute: number, answer: 'done' | 'not-done' = 'done'): ScriptedAct =>
  at(minute, async ({ pool, number, atMs }) => {
    const [open] = await listGates(pool, { incident: number, open: true })
    if (open === undefined) throw new Error('nothing waits for a tick')
    await answerGate(pool, { gateId: open.id, kind: 'manual', by: 'mia', answer, atMs })
  })
const acknowledgesAt = (minute: number): ScriptedAct =>
  at(minute, ({ pool, number, atMs }) => acknowledge(pool, { number, by: 'mia', atMs }).then(() => {}))
const resolvesAt = (minute: number): ScriptedAct =>
  at(minute, ({ pool, number, atMs }) =>
    requestResolve(pool, { number, by: 'mia', atMs, reason: 'next week again' }).then(() => {}),
  )
const results = (played: Played): unknown[] =>
  played.entries('step.ended').map(({ step, result }) => [step, result])

test('every point is ticked: people are called for the first one, and it is over with the last', async () => {
  const played = await harness.play({
    runbook: checklist(task('read-the-logs'), task('rotate-the-keys')),
    target: well,
    window: '1h',
    people: [acknowledgesAt(1), ticks(30), ticks(50)],
  })
  expect(results(played)).toEqual([
    ['read-the-logs', 'ticked'],
    ['rotate-the-keys', 'ticked'],
  ])
  expect(played.pages.map(({ page }) => [page.level, page.because])).toEqual([
    [0, 'a person has to do its step read-the-logs'],
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('one that was not done stops it: nobody is asked for the next one', async () => {
  const played = await harness.play({
    runbook: checklist(task('read-the-logs'), task('rotate-the-keys')),
    target: well,
    window: '1h',
    people: [acknowledgesAt(1), ticks(30, 'not-done'), resolvesAt(60)],
  })
  expect(results(played)).toEqual([['read-the-logs', 'failed']])
  expect(played.entries('routine.stopped')).toEqual([{ because: 'step read-the-logs ended as failed' }])
  // Whoever says so knows it.
  expect(played.pagedAt.map(({ level }) => level)).toEqual([0])
})

test('nobody ticks the second in time: people are called again, although the first was acknowledged', async () => {
  const played = await harness.play({
    runbook: checklist(task('read-the-logs'), task('rotate-the-keys')),
    target: well,
    window: '8h',
    people: [acknowledgesAt(1), ticks(30), resolvesAt(200)],
  })
  expect(results(played)).toEqual([
    ['read-the-logs', 'ticked'],
    ['rotate-the-keys', 'expired'],
  ])
  expect(played.pages.map(({ page }) => [page.level, page.because])).toEqual([
    [0, 'a person has to do its step read-the-logs'],
    [1, 'step rotate-the-keys ended as expired'],
  ])
  expect(played.pagedAt[1]!.minute).toBeCloseTo(150, 0)
})

test('one that was not done and says on_failure: next: the next one is asked for', async () => {
  const played = await harness.play({
    runbook: checklist(task('read-the-logs', 'on_failure: next'), task('rotate-the-keys')),
    target: well,
    window: '1h',
    people: [acknowledgesAt(1), ticks(30, 'not-done'), ticks(50)],
  })
  expect(results(played)).toEqual([
    ['read-the-logs', 'failed'],
    ['rotate-the-keys', 'ticked'],
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('ticked after the window: what a person has done counts, and no further point is asked for', async () => {
  const played = await harness.play({
    runbook: checklist(task('read-the-logs'), task('rotate-the-keys')),
    target: well,
    window: '20m',
    people: [acknowledgesAt(1), ticks(30), resolvesAt(60)],
  })
  expect(results(played)).toEqual([
    ['read-the-logs', 'ticked'],
    ['rotate-the-keys', 'expired'],
  ])
  expect(played.entries('routine.stopped')).toEqual([{ because: 'step rotate-the-keys ended as expired' }])
})

test('what is not needed does not expire with the window', async () => {
  const played = await harness.play({
    runbook: checklist(task('read-the-logs'), task('raise-the-limit', 'when: checks.pool.used_ratio > 0.9')),
    target: well,
    window: '20m',
    people: [acknowledgesAt(1), ticks(30)],
  })
  expect(results(played)).toEqual([
    ['read-the-logs', 'ticked'],
    ['raise-the-limit', 'skipped'],
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('nobody is asked for what is not needed, and nobody is called', async () => {
  const played = await harness.play({
    runbook: checklist(task('raise-the-limit', 'when: checks.pool.used_ratio > 0.9')),
    target: well,
    window: '1h',
  })
  expect(results(played)).toEqual([['raise-the-limit', 'skipped']])
  expect(played.pages).toEqual([])
  expect(played.row['outcome']).toBe('recovered')
})
