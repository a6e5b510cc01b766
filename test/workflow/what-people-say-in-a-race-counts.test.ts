/** Each race is brought about by holding a lock until both sides wait for it; nothing depends on how fast the machine is. */
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setFreeze } from '../../store/freezes.ts'
import { decideOutcome, listGates, vote } from '../../store/gates.ts'
import type { GateView } from '../../contracts/views.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { quickRunbook } from '../support/quick-runbook.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

const asks = '{ approvers: [role:approver], quorum: 1, expires: 60s, on_expiry: stop }'
const well = { measure: () => ({ idle: 50, used_ratio: 0.2 }) }

test('a freeze that is lifted while the workflow still writes that it met it does not hold the step for ever', async () => {
  const opened = await harness.open({ runbook: quickRunbook({ gate: asks }), target: well })
  const first = await openGate(opened.number)
  await setFreeze(harness.pool, { on: true, by: 'ben', atMs: Date.now() })
  await heard(opened.number)
  const release = await hold('lock table work_done in access exclusive mode')
  await approve(first)
  await eventually(() => isWaiting('insert into work_done%'))
  await setFreeze(harness.pool, { on: false, by: 'ben', atMs: Date.now() })
  await heard(opened.number)
  await release()
  const second = await openGate(opened.number, 2)
  await approve(second)
  const ended = await eventually(async () => {
    const { entries } = await harness.tell(opened)
    return entries('step.ended').length > 0 && entries
  })
  expect(ended('freeze.met')).toMatchObject([{ attempt: 1 }])
  expect(ended('step.ended')).toMatchObject([{ attempt: 2, result: 'succeeded' }])
})

test('an answer committed just before the alert turned the question away is what the step ends with', async () => {
  const lost = {
    measure: () => ({ idle: 50, used_ratio: 0.99 }),
    apply: () => Promise.reject(new Error('the connection broke in the middle')),
  }
  const opened = await harness.open({ runbook: quickRunbook({}), target: lost })
  const { id } = await openGate(opened.number)
  const release = await hold(`select from gate where id = '${id}' for update`)
  const deciding = decideOutcome(harness.pool, { gateId: id, by: 'ana', answer: 'done', atMs: Date.now() })
  await eventually(() => isWaiting('select g.%'))
  await harness.report(opened.name, 'resolved')
  await eventually(() => isWaiting('update gate set state%'))
  await release()
  await deciding
  const ended = await eventually(async () => {
    const { entries } = await harness.tell(opened)
    return entries('step.ended').length > 0 && entries
  })
  expect(ended('gate.withdrawn')).toEqual([])
  expect(ended('step.ended')).toMatchObject([
    { result: 'failed', because: 'a person said it was done, and it did not help' },
  ])
})

async function openGate(incident: string, attempt = 1): Promise<GateView> {
  return eventually(async () =>
    (await listGates(harness.pool, { incident, open: true })).find(gate => gate.attempt === attempt),
  )
}

async function approve(gate: GateView): Promise<void> {
  const ballot = { gateId: gate.id, by: 'ana', verdict: 'approve', planHash: gate.planHash! } as const
  await vote(harness.pool, { ...ballot, atMs: Date.now() })
}

/** Runs a statement that locks in a transaction of its own; the lock is held until the returned function is called. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const client: pg.PoolClient = await harness.pool.connect()
  await client.query('begin')
  await client.query(statement)
  return async () => {
    await client.query('commit')
    client.release()
  }
}

async function isWaiting(statement: string): Promise<boolean> {
  const { rows } = await harness.pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike $1`,
    [statement],
  )
  return rows.length > 0
}

/** Every message is delivered, and the workflow has read all it was told of. */
async function heard(incident: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await harness.pool.query<{ id: number; waiting: boolean }>(
      'select max(id) as id, bool_or(delivered_at is null) as waiting from message where incident = $1',
      [incident],
    )
    const { id, waiting } = rows[0]!
    return !waiting && (await readRows(incident)).includes(id)
  })
}

/** Row ids that completed readMessages activities gave to the workflow. */
async function readRows(incident: string): Promise<number[]> {
  const { events } = await harness.client.workflow.getHandle(`incident/${incident}`).fetchHistory()
  return (events ?? []).flatMap(event => {
    const [payload] = event.activityTaskCompletedEventAttributes?.result?.payloads ?? []
    const given: unknown = JSON.parse(Buffer.from(payload?.data ?? 'null').toString() || 'null')
    return Array.isArray(given) ? given.map((message: { rowId: number }) => message.rowId) : []
  })
}
