import { afterAll, beforeAll, expect, test } from 'vitest'
import { setFreeze } from '../../store/freezes.ts'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { at } from '../support/incident-harness.ts'
import { alert, approves, gate, ladder, mendedBy, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const gated = ladder({ steps: 2, gates: { 0: gate() } })

test('approved: the approved plan runs, once', async () => {
  const played = await harness.play({
    runbook: gated,
    target: mendedBy(1),
    people: [approves(5), alert(7, 'resolved')],
  })
  const [planned] = played.entries('step.planned')
  expect(played.entries('claim.made')).toMatchObject([{ planHash: planned?.planHash }])
  expect(played.entries('gate.decided')).toMatchObject([{ state: 'approved' }])
  expect(played.receipts).toHaveLength(1)
  expect(played.receipts[0]!.atMs - played.openedAtMs).toBeGreaterThanOrEqual(5 * 60_000)
})

test('denied: nothing runs and the ladder goes on', async () => {
  const played = await harness.play({
    runbook: gated,
    target: mendedBy(1),
    people: [approves(5, 'deny'), alert(8, 'resolved')],
  })
  expect(played.entries('step.ended').map(entry => [entry.step, entry.result])).toEqual([
    ['first', 'denied'],
    ['second', 'succeeded'],
  ])
  expect(played.receipts).toHaveLength(1)
})

test('expired: never an approval; it escalates and goes on', async () => {
  const played = await harness.play({ runbook: gated, target: mendedBy(1), people: [alert(20, 'resolved')] })
  expect(played.entries('gate.expired')).toHaveLength(1)
  expect(played.entries('step.ended').map(entry => entry.result)).toEqual(['expired', 'succeeded'])
  expect(played.pagedAt).toEqual([
    { level: 0, minute: 0 },
    { level: 1, minute: 10 },
  ])
  expect(played.pages[1]!.page.because).toBe('nobody decided about a step in time')
})

test('the alert resolves while the gate is open: the question is withdrawn and nothing runs', async () => {
  const well = {
    measure: (moment: { nowMs: number }) => ({
      idle: 50,
      used_ratio: moment.nowMs - began > 60_000 ? 0.1 : 0.99,
    }),
  }
  const began = Date.now()
  const played = await harness.play({ runbook: gated, target: well, people: [alert(5, 'resolved')] })
  expect(played.entries('gate.withdrawn')).toHaveLength(1)
  expect(played.entries('step.ended')).toMatchObject([{ result: 'withdrawn' }])
  expect(played.receipts).toHaveLength(0)
  expect(played.row['outcome']).toBe('recovered')
})

test('a target in propose asks before a step that no runbook gates', async () => {
  const played = await harness.play({
    runbook: ladder(),
    target: mendedBy(1),
    autonomy: 'propose',
    people: [approves(1), alert(3, 'resolved')],
  })
  expect(played.entries('gate.opened')).toHaveLength(1)
  expect(played.receipts).toHaveLength(1)
})

test('a freeze committed between approval and claim: nothing runs until it is lifted and asked again', async () => {
  // Both in one act: the approval's message reaches the workflow only when the freeze is committed.
  const approveAndFreeze = at(5, async context => {
    await approves(5).perform(context)
    await setFreeze(context.pool, { on: true, by: 'ben', reason: 'release', atMs: context.atMs })
  })
  const lift = at(30, async ({ pool, atMs }) => void (await setFreeze(pool, { on: false, by: 'ben', atMs })))
  const people = [approveAndFreeze, lift, approves(32), alert(35, 'resolved')]
  const played = await harness.play({ runbook: gated, target: mendedBy(1), people })
  expect(played.entries('freeze.met')).toMatchObject([{ step: 'first', attempt: 1 }])
  expect(played.receipts).toHaveLength(1)
  expect(played.receipts[0]!.atMs - played.openedAtMs).toBeGreaterThanOrEqual(32 * 60_000)
  expect(played.entries('claim.made')).toMatchObject([{ attempt: 2 }])
})

test('the target changed under the approval: it is voided and asked again', async () => {
  let looks = 0
  // Planned as one, found as another before the effect, then stable.
  const moved = { ...mendedBy(1), identity: () => ({ pid: (looks += 1) === 1 ? '1' : '2' }) }
  const played = await harness.play({
    runbook: gated,
    target: moved,
    people: [approves(5), approves(8), alert(11, 'resolved')],
  })
  expect(played.entries('effect.ended')).toMatchObject([
    { outcome: 'failed', attempt: 1 },
    { outcome: 'succeeded', attempt: 2 },
  ])
  expect(played.receipts).toHaveLength(1)
})

test('the plan on record was altered after the approval: it does not run, and people are asked again', async () => {
  const alter = at(5, async context => {
    await approves(5).perform(context)
    await context.pool.query(
      `update plan set plan = jsonb_set(plan, '{parameters,at_most}', '9999') where incident = $1 and attempt = 1`,
      [context.number],
    )
  })
  const played = await harness.play({
    runbook: gated,
    target: mendedBy(1),
    people: [alter, approves(8), alert(11, 'resolved')],
  })
  expect(played.entries('claim.made')).toMatchObject([{ step: 'first', attempt: 2 }])
  expect(played.entries('step.planned').at(-1)?.parameters).toMatchObject({ at_most: 200 })
  expect(played.receipts).toHaveLength(1)
})

test('the target changes under every plan: after five attempts the step is voided and the ladder goes on', async () => {
  let looks = 0
  const restless = { ...neverMended, identity: () => ({ pid: String((looks += 1)) }) }
  const played = await harness.play({
    runbook: ladder({ steps: 2 }),
    target: restless,
    people: [resolves(20)],
  })
  expect(played.entries('step.ended')).toMatchObject([
    {
      step: 'first',
      attempt: 5,
      result: 'voided',
      because: expect.stringMatching(/^5 attempts changed nothing; .* is not the one that was planned/),
    },
    { step: 'second', attempt: 5, result: 'voided' },
  ])
  expect(played.entries('effect.ended')).toHaveLength(10)
  expect(played.entries('ladder.exhausted')).toHaveLength(1)
  expect(played.receipts).toEqual([])
})

test("a freeze is met more often than a step may be voided: it is nobody's failure, and the step goes on", async () => {
  const freezes = [1, 2, 3, 4, 5, 6].flatMap(round => [
    at(round * 2, async ({ pool, atMs, number }) => {
      await approves(0).perform({ pool, atMs, number })
      await setFreeze(pool, { on: true, by: 'ben', reason: 'release', atMs })
    }),
    at(round * 2 + 1, async ({ pool, atMs }) => void (await setFreeze(pool, { on: false, by: 'ben', atMs }))),
  ])
  const people = [...freezes, approves(14), alert(16, 'resolved')]
  const played = await harness.play({ runbook: gated, target: mendedBy(1), people })
  expect(played.entries('freeze.met')).toHaveLength(6)
  expect(played.entries('step.ended')).toMatchObject([{ result: 'succeeded', attempt: 7 }])
})

test('a person ends the incident: the gate is withdrawn and nothing runs', async () => {
  const played = await harness.play({ runbook: gated, target: neverMended, people: [resolves(5)] })
  expect(played.entries('gate.withdrawn')).toHaveLength(1)
  expect(played.row).toMatchObject({ outcome: 'resolved-by-person', phase: 'closed' })
  expect(played.receipts).toHaveLength(0)
})
