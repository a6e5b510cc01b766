/**
 * Goal: what a person decided in time counts, also when the workflow asks the row before it has heard of the decision.
 * Method: the incident's messages are held back, as by a slow relay, until the workflow has gone on.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changedSignal } from '../../contracts/messages.ts'
import { answerGate, listGates, vote } from '../../store/gates.ts'
import type { GateView } from '../../contracts/views.ts'
import { holdDeliveries } from '../support/held-deliveries.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { quickRunbook } from '../support/quick-runbook.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

interface Opened {
  number: string
  name: string
}

const ill = { idle: 50, used_ratio: 0.99 }

test('an approval whose message is held back over the expiry: the plan runs', async () => {
  const opened = await harness.open({
    runbook: quickRunbook({
      gate: '{ approvers: [role:approver], quorum: 1, expires: 2s, on_expiry: stop }',
    }),
    target: { measure: () => ({ idle: 50, used_ratio: 0.2 }) },
  })
  const gate = await openGateOf(opened)
  const letGo = await holdDeliveries(harness.pool, opened.number)
  const ballot = { gateId: gate.id, by: 'ana', verdict: 'approve', planHash: gate.planHash! } as const
  await vote(harness.pool, { ...ballot, atMs: Date.now() })
  const [ended] = await stepEnded(opened)
  await letGo()
  expect(ended).toMatchObject({ result: 'succeeded', attempt: 1 })
  expect((await harness.tell(opened)).receipts).toHaveLength(1)
})

test('an answer whose message is held back over a turn: it is not dropped', async () => {
  const opened = await harness.open({
    runbook: quickRunbook({}),
    target: { measure: () => ill, apply: lose },
  })
  const gate = await openGateOf(opened)
  const letGo = await holdDeliveries(harness.pool, opened.number)
  await harness.report(opened.name, 'resolved')
  const resolved = await eventually(() => undeliveredAlert(opened))
  await answerGate(harness.pool, {
    kind: 'outcome',
    gateId: gate.id,
    by: 'ana',
    answer: 'done',
    atMs: Date.now(),
  })
  // The turn reaches the workflow, the answer does not.
  await harness.client.workflow.getHandle(`incident/${opened.number}`).signal(changedSignal, resolved)
  const [ended] = await stepEnded(opened)
  await letGo()
  expect(ended).toMatchObject({ result: 'failed', because: 'a person said it was done, and it did not help' })
  expect((await harness.tell(opened)).entries('gate.withdrawn')).toEqual([])
})

test('a tick whose message is held back over the expiry: it counts', async () => {
  const task = `mitigate:\n  - { id: look, manual: Look., expires: 2s, on_expiry: stop }\n`
  const opened = await harness.open({
    runbook: quickRunbook({}).replace('mitigate:\n', task),
    target: { measure: () => ({ idle: 50, used_ratio: 0.2 }) },
  })
  const gate = await openGateOf(opened)
  const letGo = await holdDeliveries(harness.pool, opened.number)
  const tick = { gateId: gate.id, kind: 'manual', by: 'ana', answer: 'done' } as const
  await answerGate(harness.pool, { ...tick, atMs: Date.now() })
  const [ended] = await stepEnded(opened)
  await letGo()
  expect(ended).toMatchObject({ step: 'look', result: 'ticked' })
})

async function lose(): Promise<never> {
  throw new Error('the connection broke in the middle')
}

async function openGateOf(opened: Opened): Promise<GateView> {
  return eventually(
    async () => (await listGates(harness.pool, { incident: opened.number, open: true }))[0],
    60_000,
  )
}

async function undeliveredAlert({ number }: Opened): Promise<{ rowId: number } | undefined> {
  const { rows } = await harness.pool.query<{ rowId: number }>(
    `select id as "rowId" from message where incident = $1 and kind = 'alert' and delivered_at is null`,
    [number],
  )
  return rows[0]
}

async function stepEnded(opened: Opened) {
  return eventually(async () => {
    const ended = (await harness.tell(opened)).entries('step.ended')
    return ended.length > 0 && ended
  }, 60_000)
}
