/**
 * Goal: PostgreSQL killed in the middle of an incident and of a stream of alerts costs nothing that was promised with a 202,
 * and senders are only ever told to come again. Method: SIGKILL and a new start, under a real api, worker and sender.
 */
import { expect, test } from 'vitest'
import { findChainFaults } from '../support/chain.ts'
import { eventually } from '../support/incident-harness.ts'
import { startOwnPostgres } from '../support/own-servers.ts'
import { quietRunbook } from '../support/quiet-runbook.ts'
import { startWorld } from '../support/real-world.ts'

const alerts = 60

test('PostgreSQL is killed and comes back: no 202 is forgotten, no sender sees a 4xx, and the incident goes on', async () => {
  const postgres = await startOwnPostgres()
  const world = await startWorld({ databaseUrl: postgres.url('postgres'), runbooks: [quietRunbook] })
  const worker = world.startWorker()
  await world.startApi()
  await worker.says('worker ready')
  const { alertmanager } = world

  await alertmanager.send({ group: 'service', name: 'Down' })
  const number = await eventually(async () => {
    const { rows } = await world.pool.query<{ number: string }>(
      `select incident as number from claim where outcome = 'succeeded'`,
    )
    return rows[0]?.number
  }, 60_000)

  // A stream of one new alert every few milliseconds, in the middle of which the database dies.
  const sending: ReturnType<typeof alertmanager.send>[] = []
  const send = (): void =>
    void sending.push(alertmanager.send({ group: 'stream', name: 'Quiet', instance: String(sending.length) }))
  while (sending.length < alerts / 3) {
    send()
    await sending.at(-1)
  }
  while (sending.length < alerts) send()
  await postgres.kill()
  await eventually(async () => alertmanager.attempted.some(attempt => attempt.status === 503))
  await postgres.restart()

  const delivered = await Promise.all(sending)
  const { rows: kept } = await world.pool.query<{ id: number }>('select id from delivery')
  const ids = kept.map(row => row.id)
  for (const { deliveryId } of delivered) expect(ids).toContain(deliveryId)
  const statuses = new Set(alertmanager.attempted.map(attempt => attempt.status))
  expect([...statuses].filter(status => status !== 202 && status !== 503)).toEqual([])
  for (const { status, retryAfter } of alertmanager.attempted)
    if (status === 503) expect(Number(retryAfter)).toBeGreaterThan(0)

  const counted = await eventually(async () => {
    const { rows } = await world.pool.query<{
      alerts: number
      events: number
      reported: number
      waiting: number
    }>(
      `select count(*) as alerts, sum(events)::int as events,
         (select count(*) from alert_event where name = 'Quiet') as reported,
         (select count(*) from alert_event where outcome is null) as waiting
       from alert where name = 'Quiet'`,
    )
    return rows[0]!.waiting === 0 && rows[0]
  })
  expect(counted.alerts).toBe(alerts)
  // What was committed when the answer was lost was sent again, and counts again.
  expect(counted.events).toBe(counted.reported)
  expect(counted.reported).toBeGreaterThanOrEqual(alerts)

  await alertmanager.send({ group: 'service', name: 'Down', status: 'resolved' })
  const row = await world.closed(number)
  expect(row['outcome']).toBe('recovered')
  expect(world.starts()).toBe(1)
  expect(await findChainFaults(world.pool)).toEqual([])
}, 150_000)
