/**
 * Goal: a worker of a site that dies in the middle of an effect costs no certainty. Method: it stops itself at the harness's look
 * just before the effect and is killed there; nobody is at the site until the record has settled.
 */
import { expect, test } from 'vitest'
import { eventually } from '../support/incident-harness.ts'
import { startWorld } from '../support/real-world.ts'

test('the record goes on without it, and the next one there finds out and does it once', async () => {
  const world = await startWorld({ site: 'berlin' })
  await world.startWorker().says('worker ready')
  const first = world.startSiteWorker({ pause: 'select is_on, changed_at' })
  await first.says('worker ready')
  const number = await world.fire()
  await first.says('process paused')
  await first.kill()
  // Settling needs PostgreSQL alone: nobody is at the site.
  await eventually(async () => (await world.entries(number, 'effect.ended')).length > 0)
  expect(await world.entries(number, 'effect.ended')).toMatchObject([{ attempt: 1, outcome: 'unknown' }])
  world.startSiteWorker()
  await world.resolveAlert()
  await world.closed(number)
  expect(await world.entries(number, 'effect.probed')).toMatchObject([{ attempt: 1, answer: 'not-done' }])
  expect(world.starts()).toBe(1)
})
