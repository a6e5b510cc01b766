import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import { foldFacts } from '../../postmortem/facts.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { at, type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, ladder, mendedBy, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const proof = `verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 1s, for: 10s, within: 2m, every: 5s }`

/** A ladder whose first step is a person's. */
function asking(more: string, steps = 1): string {
  const manual = `  - { id: raise-pool, manual: Raise the limit of the pool., ${more} }`
  return ladder({ steps }).replace('mitigate:\n', `mitigate:\n${manual}\n`)
}

function ticks(minute: number, answer: 'done' | 'not-done' = 'done', reason?: string): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    const [open] = await listGates(pool, { incident: number, open: true })
    if (open === undefined) throw new Error('nothing waits for a tick')
    const note = reason === undefined ? {} : { reason }
    await answerGate(pool, { gateId: open.id, kind: 'manual', by: 'mia', answer, ...note, atMs })
  })
}

/** Well from this minute after the first look on: what a person did outside has helped. */
function mendedAfter(minutes: number) {
  let began: number | undefined
  return {
    measure: ({ nowMs }: { nowMs: number }) => {
      began ??= nowMs
      return { idle: 50, used_ratio: nowMs - began >= minutes * 60_000 ? 0.2 : 0.99 }
    },
  }
}

test('ticked: who and with which note is on record, and the next step is taken', async () => {
  const played = await harness.play({
    runbook: asking(`by: [role:on-call]`),
    target: mendedBy(1),
    people: [ticks(5, 'done', 'the limit is 30'), alert(8, 'resolved')],
  })
  expect(played.entries('gate.opened')).toMatchObject([
    { gate: 'manual', question: 'Raise the limit of the pool.', approvers: ['role:on-call'] },
  ])
  expect(played.entries('gate.decided')).toMatchObject([{ answer: 'done', reason: 'the limit is 30' }])
  expect(played.timeline.find(({ kind }) => kind === 'gate.decided')?.actor).toBe('person:mia')
  expect(played.entries('step.ended').map(entry => [entry.step, entry.result])).toEqual([
    ['raise-pool', 'ticked'],
    ['first', 'succeeded'],
  ])
})

test('ticked and proved: the ladder ends there', async () => {
  const played = await harness.play({
    runbook: asking(proof),
    target: mendedAfter(5),
    people: [ticks(5), alert(8, 'resolved')],
  })
  expect(played.entries('step.ended')).toMatchObject([{ step: 'raise-pool', result: 'succeeded' }])
  expect(played.receipts).toHaveLength(0)
  expect(played.row['outcome']).toBe('recovered')
})

test('ticked as the last step, unproved: the whole is measured before anybody is called', async () => {
  const runbook = asking('expires: 20m').replace(/ {2}- { id: first[^]*?(?=verify: { checks)/, '')
  const played = await harness.play({
    runbook,
    target: mendedAfter(5),
    people: [ticks(6), alert(8, 'resolved')],
  })
  expect(played.entries('ladder.exhausted')).toEqual([])
  expect(played.row['outcome']).toBe('recovered')
})

test('not done: the step has failed, and what follows a failure follows', async () => {
  const played = await harness.play({
    runbook: asking('on_failure: stop'),
    target: neverMended,
    people: [ticks(5, 'not-done', 'the configuration is locked'), resolves(9)],
  })
  expect(played.entries('step.ended')).toMatchObject([{ step: 'raise-pool', result: 'failed' }])
  expect(played.entries('ladder.exhausted')).toHaveLength(1)
  expect(played.receipts).toHaveLength(0)
})

test('nobody ticks: the next level is called at once and the next step is taken', async () => {
  const played = await harness.play({
    runbook: asking('expires: 10m'),
    target: mendedBy(1),
    people: [alert(20, 'resolved')],
  })
  expect(played.entries('gate.expired')).toHaveLength(1)
  expect(played.entries('step.ended').map(entry => entry.result)).toEqual(['expired', 'succeeded'])
  expect(played.pagedAt).toEqual([
    { level: 0, minute: 0 },
    { level: 1, minute: 10 },
  ])
  expect(played.pages[1]!.page.because).toBe('nobody has ticked its step raise-pool in time')
})

test('nobody ticks a step that stops there: no further step is taken', async () => {
  const played = await harness.play({
    runbook: asking('expires: 10m, on_expiry: stop'),
    target: mendedBy(1),
    people: [resolves(20)],
  })
  expect(played.entries('step.ended')).toMatchObject([{ step: 'raise-pool', result: 'expired' }])
  expect(played.receipts).toHaveLength(0)
})

test('the alert resolves while it waits: nobody has to do it any more', async () => {
  const played = await harness.play({
    runbook: asking('expires: 20m'),
    target: mendedAfter(1),
    people: [alert(5, 'resolved')],
  })
  expect(played.entries('gate.withdrawn')).toMatchObject([{ because: 'the alerts resolved' }])
  expect(played.entries('step.ended')).toMatchObject([{ result: 'withdrawn' }])
  expect(played.row['outcome']).toBe('recovered')
})

test('not needed: nobody is asked', async () => {
  const played = await harness.play({
    runbook: asking(`when: checks.pool.used_ratio < 0.5`),
    target: mendedBy(1),
    people: [alert(5, 'resolved')],
  })
  expect(played.entries('gate.opened')).toEqual([])
  expect(played.entries('step.ended').map(entry => entry.result)).toEqual(['skipped', 'succeeded'])
})

test('a person who ends the incident is told what nobody has ticked, and it stands on record', async () => {
  const told: object[] = []
  const twice = `  - { id: call-shop, manual: Call the shop., expires: 2m, on_expiry: next }
  - { id: look, manual: Look at the graphs., expires: 2m, on_expiry: next }
`
  const runbook = asking('expires: 30m').replace('mitigate:\n', `mitigate:\n${twice}`)
  const people = [ticks(3), resolves(10, told)]
  const played = await harness.play({ runbook, target: neverMended, people })
  expect(told).toEqual([{ alertsFiring: 1, unticked: ['call-shop', 'raise-pool'], toTakeBack: [] }])
  expect(played.entries('resolve.requested')).toEqual([
    { alertsFiring: 1, reason: 'told so', unticked: ['call-shop', 'raise-pool'] },
  ])
  expect(foldFacts(played.timeline).acts.at(-1)).toMatchObject({
    what: 'resolved',
    text: 'told so; not ticked: call-shop, raise-pool',
  })
})

test("what was ticked, or is nobody's any more since the alerts resolved, is not left", async () => {
  const told: object[] = []
  const people = [alert(5, 'resolved'), resolves(20, told)]
  const runbook = asking('expires: 30m').replace('hold: 1m', 'hold: 2h')
  const played = await harness.play({ runbook, target: mendedAfter(1), people })
  expect(played.entries('gate.withdrawn')).toMatchObject([{ because: 'the alerts resolved' }])
  expect(told).toEqual([{ alertsFiring: 0, unticked: [], toTakeBack: [] }])
  expect(played.entries('resolve.requested')).toEqual([{ alertsFiring: 0, reason: 'told so' }])
})
