/**
 * Goal: what touches a target at a site is done by the worker there and by no other, also when it comes late. Method: real worker
 * processes; the one of everything else has no secret of the target.
 */
import { expect, test } from 'vitest'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'

test('an incident at a site waits for the worker there, which measures and mends it', async () => {
  const world = await startWorld({ site: 'berlin' })
  await world.startWorker().says('worker ready')
  const number = await world.fire()
  // People are called meanwhile, and see where it stands.
  await eventually(async () => (await world.entries(number, 'page.sent')).length > 0)
  await eventually(async () => (await world.row(number))['phase'] === 'triage')
  expect(await world.entries(number, 'check.measured')).toEqual([])

  const late = world.startSiteWorker()
  await eventually(async () => (await world.entries(number, 'effect.ended')).length > 0, 60_000)
  await world.resolveAlert()
  const row = await world.closed(number)
  expect(row['outcome']).toBe('recovered')
  expect(row['bindings']).toMatchObject([{ role: 'api', target: 'real-api', site: 'berlin' }])
  expect(world.starts()).toBe(1)
  expect(await claimants(world)).toEqual([expect.stringMatching(`/${late.pid}$`)])
})

async function claimants({ pool }: World): Promise<string[]> {
  const { rows } = await pool.query<{ worker: string }>('select worker from claim order by claimed_at')
  return rows.map(({ worker }) => worker)
}
