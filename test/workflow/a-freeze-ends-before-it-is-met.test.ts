import { afterAll, beforeAll, expect, test } from 'vitest'
import { stateQuery } from '../../contracts/messages.ts'
import { inTransaction } from '../../store/database.ts'
import { setFreeze } from '../../store/freezes.ts'
import { listGates, vote } from '../../store/gates.ts'
import { leaveMessage } from '../../store/messages.ts'
import { holdDeliveries } from '../support/held-deliveries.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { quickRunbook } from '../support/quick-runbook.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

const runbook = quickRunbook({
  gate: '{ approvers: [role:approver], quorum: 1, expires: 60s, on_expiry: stop }',
})

test('a freeze is lifted while the refused claim is on its way into the record: the step goes on by itself', async () => {
  const opened = await harness.open({ runbook, target: { measure: () => ({ idle: 50, used_ratio: 0.2 }) } })
  const first = await openGate(opened.number, 1)
  await setFreeze(harness.pool, { on: true, by: 'ben', reason: 'release', atMs: Date.now() })
  const letGo = await approveAndHoldRecord(first)
  await claimIsRefused(opened.number)
  await liftUnrecorded(opened.number)
  await letGo()
  await approve(await openGate(opened.number, 2))
  const [ended] = await eventually(async () => {
    const entries = (await harness.tell(opened)).entries('step.ended')
    return entries.length > 0 && entries
  })
  expect(ended).toMatchObject({ result: 'succeeded', attempt: 2 })
  expect((await harness.tell(opened)).receipts).toHaveLength(1)
})

type Gate = Awaited<ReturnType<typeof listGates>>[number]

async function openGate(incident: string, attempt: number): Promise<Gate> {
  return eventually(async () => {
    const [gate] = await listGates(harness.pool, { incident, open: true })
    return gate?.attempt === attempt && gate
  })
}

async function approve(gate: Gate): Promise<void> {
  const ballot = { gateId: gate.id, by: 'ana', verdict: 'approve', planHash: gate.planHash! } as const
  await vote(harness.pool, { ...ballot, atMs: Date.now() })
}

/** The workflow hears of the approval when the audit log's head is locked, as by a transaction that takes long. */
async function approveAndHoldRecord(gate: Gate): Promise<() => Promise<void>> {
  const deliver = await holdDeliveries(harness.pool, gate.incident)
  await approve(gate)
  const client = await harness.pool.connect()
  await client.query('begin')
  await client.query('select from audit_head for update')
  await deliver()
  return async () => {
    await client.query('rollback')
    client.release()
  }
}

async function claimIsRefused(number: string): Promise<void> {
  const handle = harness.client.workflow.getHandle(`incident/${number}`)
  await eventually(async () => {
    const { events = [] } = await handle.fetchHistory()
    const claim = events?.find(
      event => event.activityTaskScheduledEventAttributes?.activityType?.name === 'postgres.terminate_idle',
    )
    return events?.some(event =>
      event.activityTaskCompletedEventAttributes?.scheduledEventId?.equals(claim?.eventId ?? -1),
    )
  })
}

/** What `setFreeze` does, without its audit entry, which the held record would stop. Returns when the workflow has heard. */
async function liftUnrecorded(number: string): Promise<void> {
  await inTransaction(harness.pool, async tx => {
    await tx.query('update freeze_state set is_on = false')
    await leaveMessage(tx, number, { kind: 'freeze-changed', on: false, by: 'ben' }, Date.now())
    await leaveMessage(tx, number, { kind: 'impact-set', impact: 'no', judged: 0, by: 'ben' }, Date.now())
  })
  const handle = harness.client.workflow.getHandle(`incident/${number}`)
  await eventually(async () => (await handle.query(stateQuery)).impact === 'no')
}
