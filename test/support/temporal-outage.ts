/** Alerts while Temporal is away: what temporal-down.test.ts and its full length in test/full have in common. */
import { Client, Connection } from '@temporalio/client'
import { expect, onTestFinished } from 'vitest'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { findChainFaults } from './chain.ts'
import { eventually } from './incident-harness.ts'
import { startOwnTemporal } from './own-servers.ts'
import { quietRunbook } from './quiet-runbook.ts'
import { startWorld, type World } from './real-world.ts'

const groups = Array.from({ length: 20 }, (_, index) => `group-${index}`)
/** Group 0 is reported once, group 1 twice, group 2 three times, group 3 once, ... */
const timesReported = (index: number): number => 1 + (index % 3)
/** Far more than it takes, and less than one call to a Temporal that does not answer. */
const numberedWithinMs = 4_000
/** DESIGN promise 7 gives recovery ten seconds; the machine of the tests is slower than the one it was written for. */
const startsWithinMs = 10_000

/** Plays the outage; resolves with how long after Temporal's return every workflow had been started. */
export async function playTemporalOutage(outageMs: number): Promise<{ startedAfterMs: number }> {
  const temporal = await startOwnTemporal()
  const world = await startWorld({ temporalAddress: temporal.address, runbooks: [quietRunbook] })
  const worker = world.startWorker()
  await world.startApi()
  await worker.says('worker ready')

  await temporal.kill()
  const downSinceMs = Date.now()
  await report(world, 'firing', groups.slice(1))
  await numbered(world, groups.length - 1)
  // The last finds all others waiting for Temporal, and must not wait with them.
  await report(world, 'firing', groups.slice(0, 1))
  const numbers = await numbered(world, groups.length)
  await eventually(async () => Date.now() - downSinceMs >= outageMs, outageMs + 1_000)

  await temporal.restart()
  const backSinceMs = Date.now()
  await eventually(async () => {
    const { rows } = await world.pool.query<{ waiting: number }>(
      `select count(*) as waiting from incident where workflow_started_at is null`,
    )
    return rows[0]!.waiting === 0
  }, 60_000)
  const startedAfterMs = Date.now() - backSinceMs
  await expectWorkflows(temporal.address, world.namespace, numbers)
  await expectExactCounters(world, 1)

  await report(world, 'resolved', groups)
  for (const number of numbers) await world.closed(number)
  await expectExactCounters(world, 2)
  expect(await findChainFaults(world.pool)).toEqual([])
  expect(startedAfterMs).toBeLessThan(startsWithinMs)
  return { startedAfterMs }
}

/** Every delivery is accepted at its first attempt. */
async function report(world: World, status: 'firing' | 'resolved', reported: string[]): Promise<void> {
  for (const group of reported) {
    for (let time = 0; time < timesReported(groups.indexOf(group)); time += 1) {
      const { attempts } = await world.alertmanager.send({ group, name: 'Quiet', status })
      expect(attempts.map(attempt => attempt.status)).toEqual([202])
    }
  }
}

/** The numbers of so many incidents, none of which has a workflow yet. */
async function numbered(world: World, count: number): Promise<string[]> {
  return eventually(async () => {
    const { rows } = await world.pool.query<{ number: string; workflow_started_at: Date | null }>(
      'select number, workflow_started_at from incident order by number',
    )
    expect(rows.every(row => row.workflow_started_at === null)).toBe(true)
    return rows.length === count && rows.map(row => row.number)
  }, numberedWithinMs)
}

async function expectWorkflows(address: string, namespace: string, numbers: string[]): Promise<void> {
  const connection = await Connection.connect({ address })
  onTestFinished(() => connection.close())
  const { workflow } = new Client({ connection, namespace })
  for (const number of numbers) {
    const { status } = await workflow.getHandle(incidentWorkflowId(number)).describe()
    expect(status.name).toBe('RUNNING')
  }
}

async function expectExactCounters(world: World, rounds: number): Promise<void> {
  const counted = await eventually(async () => {
    const { rows } = await world.pool.query<{ group: string; events: number; waiting: number }>(
      `select labels ->> 'group' as group, events,
         (select count(*) from alert_event where outcome is null) as waiting from alert`,
    )
    return rows.every(row => row.waiting === 0) && rows
  })
  const expected = groups.map((group, index) => [group, rounds * timesReported(index)])
  expect(Object.fromEntries(counted.map(row => [row.group, row.events]))).toEqual(
    Object.fromEntries(expected),
  )
}
