/**
 * Goal: a routine takes its steps in their order, proves the whole and is over, and calls nobody; from the first thing that goes wrong on
 * it is an incident that opened then. Method: hours in skipped time.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { acknowledge, requestResolve } from '../../store/acts.ts'
import { at, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { approves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const verify = (more = ''): string =>
  `verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 1s, for: 10s, within: 2m, every: 5s }, ${more}`
const step = (id: string, more = ''): string =>
  `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${verify(more)}
      undo: { none: "sessions reconnect" } }`

const routine = (...steps: string[]): string => `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV3 } ]
  impact: 'false'
mitigate:
${steps.join('\n')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.5', for: 10s, within: 2m, every: 5s }
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, page: [on-call, senior] }
postmortem: { due: 48h, for: [SEV1, SEV2, SEV3] }
`

const well: ScriptedTarget = { measure: () => ({ idle: 50, used_ratio: 0.2 }) }
const resolveAt = (minute: number) =>
  at(minute, ({ pool, number, atMs }) =>
    requestResolve(pool, { number, by: 'ana', atMs, reason: 'done by hand' }).then(() => {}),
  )
const acknowledgesAt = (minute: number) =>
  at(minute, ({ pool, number, atMs }) => acknowledge(pool, { number, by: 'ana', atMs }).then(() => {}))
const results = (played: Played): unknown[] =>
  played.entries('step.ended').map(({ step: id, result }) => [id, result])

test('all goes well: every step, the proof, the end, and nobody is called', async () => {
  const played = await harness.play({
    runbook: routine(step('first'), step('second')),
    target: well,
    window: '1h',
  })
  expect(results(played)).toEqual([
    ['first', 'succeeded'],
    ['second', 'succeeded'],
  ])
  expect(played.receipts).toHaveLength(2)
  expect(played.pages).toEqual([])
  expect(played.row).toMatchObject({ outcome: 'recovered', postmortem_due_at: null, needs_people_at: null })
})

test('a step that fails stops it: the levels count from then, and it stays with people', async () => {
  const target: ScriptedTarget = {
    measure: moment => ({ idle: 50, used_ratio: moment.effects === 1 ? 0.9 : 0.2 }),
  }
  const played = await harness.play({
    runbook: routine(step('first'), step('second')),
    target,
    window: '1h',
    people: [resolveAt(40)],
  })
  expect(results(played)).toEqual([['first', 'failed']])
  expect(played.pagedAt.map(({ level }) => level)).toEqual([0, 1])
  const [first, second] = played.pagedAt
  // Two minutes of verification lie before the first.
  expect(first!.minute).toBeGreaterThan(1)
  expect(second!.minute - first!.minute).toBeCloseTo(15, 0)
  expect(played.pages[0]!.page.because).toBe('step first ended as failed')
  expect(played.entries('routine.stopped')).toEqual([{ because: 'step first ended as failed' }])
  expect(played.row).toMatchObject({ outcome: 'resolved-by-person' })
  expect(played.row['postmortem_due_at']).not.toBeNull()
})

test('on_failure: next goes on with the next step, and people know', async () => {
  const target: ScriptedTarget = {
    measure: moment => ({ idle: 50, used_ratio: moment.effects === 1 ? 0.9 : 0.2 }),
  }
  const played = await harness.play({
    runbook: routine(step('first', 'on_failure: next,'), step('second')),
    target,
    window: '1h',
  })
  expect(results(played)).toEqual([
    ['first', 'failed'],
    ['second', 'succeeded'],
  ])
  expect(played.pagedAt.map(({ level }) => level)).toEqual([0])
  expect(played.row['outcome']).toBe('recovered')
})

test('the window closes between two steps: the second does not begin, and people are called', async () => {
  const slow = verify('').replace('settle: 1s', 'settle: 1m').replace('within: 2m', 'within: 5m')
  const first = step('first').replace(verify(''), slow)
  const played = await harness.play({
    runbook: routine(first, step('second')),
    target: well,
    window: '1m',
    people: [resolveAt(10)],
  })
  expect(results(played)).toEqual([
    ['first', 'succeeded'],
    ['second', 'expired'],
  ])
  expect(played.receipts).toHaveLength(1)
  expect(played.entries('step.ended')[1]!.because).toBe('its window had closed')
  expect(played.pagedAt.map(({ level }) => level)).toEqual([0])
})

test('the window has closed, and what is left is not needed: nothing has expired, and nobody is called', async () => {
  const slow = verify('').replace('settle: 1s', 'settle: 1m').replace('within: 2m', 'within: 5m')
  const first = step('first').replace(verify(''), slow)
  const second = step('second', 'when: checks.pool.used_ratio > 0.9,')
  const played = await harness.play({ runbook: routine(first, second), target: well, window: '1m' })
  expect(results(played)).toEqual([
    ['first', 'succeeded'],
    ['second', 'skipped'],
  ])
  expect(played.pages).toEqual([])
  expect(played.row['outcome']).toBe('recovered')
})

test('nobody decides: the step after it is not taken', async () => {
  const gated = step('first', 'gate: { approvers: [role:approver], quorum: 1, expires: 10m },')
  const played = await harness.play({
    runbook: routine(gated, step('second')),
    target: well,
    window: '1h',
    people: [resolveAt(20)],
  })
  expect(results(played)).toEqual([['first', 'expired']])
  expect(played.receipts).toEqual([])
})

test('a gate calls people when it opens, and what they allow is done', async () => {
  const gated = step(
    'first',
    'gate: { approvers: [role:approver], quorum: 1, expires: 30m, on_expiry: stop },',
  )
  const played = await harness.play({
    runbook: routine(gated),
    target: well,
    window: '1h',
    people: [approves(5)],
  })
  expect(results(played)).toEqual([['first', 'succeeded']])
  expect(played.pages.map(({ page }) => page.because)).toEqual(['it waits for an approval'])
  expect(played.row['outcome']).toBe('recovered')
})

test('what becomes worse while it runs calls people, and it goes on', async () => {
  let began: number | undefined
  const target: ScriptedTarget = {
    measure({ nowMs }) {
      began ??= nowMs
      const minutes = (nowMs - began) / 60_000
      return { idle: 50, used_ratio: minutes >= 4 && minutes < 8 ? 0.97 : 0.2 }
    },
  }
  const slow = step('first').replace('settle: 1s', 'settle: 15m').replace('within: 2m', 'within: 20m')
  const runbook = routine(slow)
    .replace('severity: [', `recheck: 1m\n  severity: [ { is: SEV1, when: 'checks.pool.used_ratio > 0.95' },`)
    .replace(`impact: 'false'`, `impact: 'checks.pool.used_ratio > 0.99'`)
  const played = await harness.play({ runbook, target, window: '1h' })
  const because = 'it has become worse: SEV1: checks.pool.used_ratio > 0.95 holds'
  expect(played.entries('routine.needs-people')).toEqual([{ because }])
  const [first] = played.pagedAt
  expect(first!.minute).toBeGreaterThanOrEqual(4)
  expect(first!.minute).toBeLessThan(6)
  expect(played.pages[0]!.page.because).toBe(because)
  expect(results(played)).toEqual([['first', 'succeeded']])
  expect(played.row).toMatchObject({ outcome: 'recovered', severity: 'SEV1' })
})

/** The worker is stopped while the clean-up runs. */
const stopping = `
  - { id: stop-api, uses: service.stop, target: api, temporary: true,
      verify: { check: health, until: 'value.latency_ms < 100.0', settle: 1s, for: 10s, within: 2m, every: 5s }, undo: { uses: service.start } }`
const withHealth = (text: string): string =>
  text.replace('checks: {', 'checks: { health: { uses: service.health, target: api },')
const stopped: ScriptedTarget = {
  measure: () => ({ idle: 50, used_ratio: 0.2, status: 'up', latency_ms: 20 }),
}

test('what is temporary is taken back after the steps, and the whole is proved without it before it is over', async () => {
  const runbook = withHealth(routine(stopping, step('first')))
  const played = await harness.play({ runbook, target: stopped, window: '1h' })
  expect(results(played)).toEqual([
    ['stop-api', 'succeeded'],
    ['first', 'succeeded'],
    ['stop-api.undo', 'succeeded'],
  ])
  const order = played.timeline.flatMap(({ kind, data }) =>
    kind === 'verification.ended' && data.of.startsWith('overall')
      ? [data.of]
      : kind === 'step.ended'
        ? [data.step]
        : [],
  )
  expect(order).toEqual(['stop-api', 'first', 'overall/1', 'stop-api.undo', 'overall/2'])
  expect(played.pages).toEqual([])
  expect(played.row['outcome']).toBe('recovered')
})

test('a step after it fails: what is temporary stays until somebody ends the run, and is taken back before it closes', async () => {
  const target: ScriptedTarget = {
    measure: ({ target: name }) => ({
      idle: 50,
      used_ratio: name.endsWith('-db') ? 0.9 : 0.2,
      status: 'up',
      latency_ms: 20,
    }),
  }
  const runbook = withHealth(routine(stopping, step('first')))
  const played = await harness.play({ runbook, target, window: '1h', people: [resolveAt(30)] })
  expect(results(played)).toEqual([
    ['stop-api', 'succeeded'],
    ['first', 'failed'],
    ['stop-api.undo', 'succeeded'],
  ])
  expect(played.row['outcome']).toBe('resolved-by-person')
})

test('its window has closed: what is temporary is taken back all the same', async () => {
  const slow = step('first').replace('settle: 1s', 'settle: 2m').replace('within: 2m', 'within: 5m')
  const runbook = withHealth(routine(stopping, slow))
  const played = await harness.play({ runbook, target: stopped, window: '1m' })
  expect(results(played)).toEqual([
    ['stop-api', 'succeeded'],
    ['first', 'succeeded'],
    ['stop-api.undo', 'succeeded'],
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('what is not proved is looked at again, and people know', async () => {
  let looks = 0
  const target: ScriptedTarget = { measure: () => ({ idle: 50, used_ratio: (looks += 1) < 30 ? 0.6 : 0.2 }) }
  const played = await harness.play({ runbook: routine(step('first')), target, window: '1h' })
  expect(
    played.entries('verification.ended').map(({ of, verdict }) => [of.split('/')[0], verdict]),
  ).toContainEqual(['overall', 'not_recovered'])
  expect(played.pages[0]!.page.because).toMatch(/^it is not proved/)
  expect(played.row['outcome']).toBe('recovered')
})

test('nobody can tell whether a step is needed: it stops there, and people are called', async () => {
  const played = await harness.play({
    runbook: routine(step('first', 'when: checks.pool.idle > 20,')).replace(/verify: { checks.*/, ''),
    target: { measure: () => ({}) },
    window: '1h',
    people: [resolveAt(20)],
  })
  const because = 'not to be judged without checks.pool.idle: checks.pool.idle > 20'
  expect(played.entries('step.ended')).toMatchObject([{ result: 'skipped', noData: true, because }])
  expect(played.entries('routine.stopped')).toEqual([{ because: `step first was left out: ${because}` }])
  expect(played.pagedAt.map(({ level }) => level)).toEqual([0, 1])
  expect(played.row['outcome']).toBe('resolved-by-person')
})

test('nobody can tell it at the look before a step either', async () => {
  let looks = 0
  const target: ScriptedTarget = {
    measure: () => ((looks += 1) === 1 ? { idle: 50, used_ratio: 0.2 } : {}),
  }
  const precheck = 'precheck: { check: pool, when: value.idle > 20 },'
  const played = await harness.play({
    runbook: routine(step('first', precheck)),
    target,
    window: '1h',
    people: [resolveAt(20)],
  })
  expect(played.entries('step.ended')).toMatchObject([{ result: 'skipped', noData: true }])
  expect(played.entries('routine.stopped')).toHaveLength(1)
})

const withoutProof = (text: string): string => text.replace(/^verify: .*$/m, '')

test.each([
  ['every one was taken', '', 'auto', 'every step was taken'],
  ['one was not needed', 'when: checks.pool.idle > 90,', 'auto', '1 step was taken, 1 was not needed'],
  [
    'its target is in observe',
    'when: checks.pool.idle > 90,',
    'observe',
    '1 step was not needed, 1 was left alone, as its target is in observe',
  ],
] as const)('what its end says of its steps when %s', async (_, more, autonomy, because) => {
  const runbook = withoutProof(routine(step('first'), step('second', more)))
  const played = await harness.play({ runbook, target: well, window: '1h', autonomy })
  expect(played.entries('incident.closed')).toMatchObject([{ outcome: 'recovered', because }])
})

/** It waits for an approval, which somebody gives who has acknowledged; hours later the next step fails. */
const lateFailure: ScriptedTarget = {
  measure: moment => ({ idle: 50, used_ratio: moment.effects === 2 ? 0.9 : 0.2 }),
}
const gated = step('first', 'gate: { approvers: [role:approver], quorum: 1, expires: 30m },').replace(
  verify(''),
  verify('').replace('settle: 1s', 'settle: 3h').replace('within: 2m', 'within: 4h'),
)

test.each([
  ['a second level', (text: string) => text, 1],
  ['one level', (text: string) => text.replace(/^.*after: 15m.*$/m, ''), 0],
])('a step fails hours after an approval: people are called again, with %s', async (_, levels, level) => {
  const played = await harness.play({
    runbook: levels(routine(gated, step('second'))),
    target: lateFailure,
    window: '8h',
    people: [acknowledgesAt(2), approves(5), resolveAt(400)],
  })
  expect(results(played)).toEqual([
    ['first', 'succeeded'],
    ['second', 'failed'],
  ])
  expect(played.pages.map(({ page }) => [page.level, page.because])).toEqual([
    [0, 'it waits for an approval'],
    [level, 'step second ended as failed'],
  ])
  expect(played.pagedAt[1]!.minute).toBeGreaterThan(185)
})

test('the whole is not proved hours after an approval: people are called again, once', async () => {
  const played = await harness.play({
    runbook: routine(gated).replace(
      `until: 'checks.pool.used_ratio < 0.5'`,
      `until: 'checks.pool.idle < 20'`,
    ),
    target: well,
    window: '8h',
    people: [acknowledgesAt(2), approves(5), resolveAt(215)],
  })
  expect(played.pages).toHaveLength(2)
  expect(played.pages[1]!.page.because).toMatch(/^it is not proved: /)
  expect(played.pagedAt[1]!.minute).toBeGreaterThan(185)
})

test('whoever denies a step is not called for it', async () => {
  const played = await harness.play({
    runbook: routine(gated, step('second')),
    target: well,
    window: '8h',
    people: [acknowledgesAt(2), approves(5, 'deny'), resolveAt(60)],
  })
  expect(results(played)).toEqual([['first', 'denied']])
  expect(played.pagedAt.map(({ level }) => level)).toEqual([0])
})

test('an action that was scheduled in time comes too late: its claim is refused, and it has expired', async () => {
  // As if nobody had been there to take it until its window had closed.
  const closes = at(2, async ({ pool, number, atMs }) => {
    const sql = 'update incident set routine_closes_at = $2 where number = $1'
    await pool.query(sql, [number, new Date(atMs)])
  })
  const slow = step('first').replace('settle: 1s', 'settle: 4m').replace('within: 2m', 'within: 10m')
  const played = await harness.play({
    runbook: withHealth(routine(stopping, slow, step('second'))),
    target: stopped,
    window: '1h',
    people: [closes, resolveAt(20)],
  })
  expect(played.entries('step.ended').map(({ step: id, result, because }) => [id, result, because])).toEqual([
    ['stop-api', 'succeeded', expect.any(String)],
    ['first', 'succeeded', expect.any(String)],
    ['second', 'expired', 'its window had closed before it could begin'],
    ['stop-api.undo', 'succeeded', expect.any(String)],
  ])
  expect(played.receipts.map(({ action }) => action)).toEqual([
    'service.stop',
    'postgres.terminate_idle',
    'service.start',
  ])
})
