import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, ladder, mendedBy, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

test('one step mends it: measured, held, closed as recovered with its evidence', async () => {
  const played = await harness.play({
    runbook: ladder(),
    target: mendedBy(1),
    people: [alert(1, 'resolved')],
  })
  expect(played.row).toMatchObject({ phase: 'closed', outcome: 'recovered', severity: 'SEV1', impact: 'yes' })
  expect(played.entries('step.ended')).toMatchObject([{ step: 'first', result: 'succeeded' }])
  expect(played.entries('verification.ended').map(entry => [entry.of, entry.verdict])).toEqual([
    ['first/1', 'recovered'],
    ['overall/1', 'recovered'],
  ])
  expect(played.receipts).toHaveLength(1)
  expect(played.entries('phase.changed').map(entry => entry.to)).toEqual([
    'triage',
    'mitigation',
    'verification',
    'closed',
  ])
  expect(played.pagedAt.map(page => page.minute)).toEqual([0])
})

test('the incident counts as recovered from the measurement that proved it, and its hold is told with that verdict', async () => {
  const played = await harness.play({
    runbook: ladder(),
    target: mendedBy(1),
    people: [alert(1, 'resolved')],
  })
  const told = played.timeline.filter(({ kind }) => kind === 'verification.ended' || kind === 'recovery.held')
  const [proved, held] = told.slice(-2)
  expect([proved?.kind, held?.kind]).toEqual(['verification.ended', 'recovery.held'])
  expect(held?.atMs).toBe(proved?.atMs)
  expect(played.row['recovered_at']).toEqual(new Date(proved!.atMs))
})

test('a failed verification leads to the next step, never to resolved', async () => {
  const played = await harness.play({
    runbook: ladder({ steps: 2 }),
    target: mendedBy(2),
    people: [alert(10, 'resolved')],
  })
  expect(played.entries('step.ended').map(entry => entry.result)).toEqual(['failed', 'succeeded'])
  expect(played.entries('verification.ended').map(entry => entry.verdict)).toEqual([
    'not_recovered',
    'recovered',
    'recovered',
  ])
  expect(played.receipts).toHaveLength(2)
})

test('no data is not recovery', async () => {
  const silent = {
    measure: (moment: { effects: number }) => (moment.effects === 0 ? { used_ratio: 0.99 } : {}),
  }
  const played = await harness.play({ runbook: ladder(), target: silent, people: [resolves(20)] })
  expect(played.entries('verification.ended')[0]).toMatchObject({
    verdict: 'no_data',
    because: expect.stringContaining('value.used_ratio'),
  })
  expect(played.entries('step.ended')).toMatchObject([{ result: 'failed' }])
  expect(played.row['outcome']).toBe('resolved-by-person')
})

test('an exhausted ladder pages the next level at once and waits for a person', async () => {
  const played = await harness.play({ runbook: ladder(), target: neverMended, people: [resolves(40)] })
  expect(played.entries('ladder.exhausted')).toHaveLength(1)
  const [first, second, third] = played.pagedAt
  expect([first?.minute, third?.minute]).toEqual([0, 30])
  // The step's verification lasts two minutes, and may end one of its intervals, five seconds, before that.
  expect(second?.minute).toBeGreaterThanOrEqual(1.9)
  expect(second?.minute).toBeLessThan(3)
})

test('an alert that resolves by itself leads to verification, and what it measured closes the incident', async () => {
  const heals = {
    measure: (moment: { nowMs: number }) => ({ used_ratio: moment.nowMs > healedAt ? 0.1 : 0.99 }),
  }
  const healedAt = Date.now() + 4 * 60_000
  const played = await harness.play({
    runbook: ladder(),
    target: { ...heals, wouldTouch: () => 0 },
    people: [alert(5, 'resolved')],
  })
  expect(played.row['outcome']).toBe('recovered')
  expect(played.entries('step.ended')).toMatchObject([{ result: 'skipped' }])
  expect(played.receipts).toHaveLength(0)
})

test('an alert that returns in the hold leads to the next step', async () => {
  const people = [alert(1, 'resolved'), alert(2, 'firing'), alert(10, 'resolved')]
  const played = await harness.play({
    runbook: ladder({ steps: 2, hold: '5m' }),
    target: mendedBy(1),
    people,
  })
  expect(played.entries('recovery.lost')).toHaveLength(1)
  expect(played.entries('step.ended').map(entry => [entry.step, entry.result])).toEqual([
    ['first', 'succeeded'],
    ['second', 'succeeded'],
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('a target in observe is planned and left alone', async () => {
  const played = await harness.play({
    runbook: ladder(),
    target: neverMended,
    autonomy: 'observe',
    people: [resolves(20)],
  })
  expect(played.entries('step.planned')).toHaveLength(1)
  expect(played.entries('step.ended')).toMatchObject([
    { result: 'skipped', because: expect.stringContaining('would have') },
  ])
  expect(played.receipts).toHaveLength(0)
})
