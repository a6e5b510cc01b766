/**
 * Goal: whatever moment a worker dies in, the target itself counts at most one effect for an attempt, the record says what is
 * known, and the incident ends. Method: a real worker stops itself at a chosen statement and is killed there; another goes on.
 */
import { expect, test, vi } from 'vitest'
import { answerGate, listGates } from '../../store/gates.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld } from '../support/real-world.ts'

// Two workers boot in each test, and a heartbeat has to run out.
vi.setConfig({ testTimeout: 150_000 })

/** The statement of the claim, the harness's look at it just before the effect, and the outcome. */
const claim = 'insert into claim (incident, step, attempt, action'
const beforeEffect = 'select is_on, changed_at'
const outcome = 'update claim set outcome'

test('killed before the claim: the attempt is given up and the next one does it once', async () => {
  const { world, number } = await killedAt({ pause: claim })
  const row = await world.closed(number)
  expect(row['outcome']).toBe('recovered')
  expect(await world.entries(number, 'claim.abandoned')).toMatchObject([{ attempt: 1 }])
  expect(await world.entries(number, 'effect.ended')).toMatchObject([{ attempt: 2, outcome: 'succeeded' }])
  expect(world.starts()).toBe(1)
})

test('killed between claim and effect: unknown, probed, not done, and done once by the next attempt', async () => {
  const { world, number } = await killedAt({ pause: beforeEffect })
  await world.closed(number)
  expect(await world.entries(number, 'effect.ended')).toMatchObject([
    { attempt: 1, outcome: 'unknown' },
    { attempt: 2, outcome: 'succeeded' },
  ])
  expect(await world.entries(number, 'effect.probed')).toMatchObject([{ attempt: 1, answer: 'not-done' }])
  expect(world.starts()).toBe(1)
})

test('killed between effect and outcome: unknown, probed, found done, and not done again', async () => {
  const { world, number } = await killedAt({ pause: outcome })
  await world.closed(number)
  expect(await world.entries(number, 'effect.ended')).toMatchObject([{ attempt: 1, outcome: 'unknown' }])
  expect(await world.entries(number, 'effect.probed')).toMatchObject([{ attempt: 1, answer: 'done' }])
  expect(world.starts()).toBe(1)
})

test('killed between claim and effect of a service that is down: nobody can tell but a person, who is asked', async () => {
  const { world, number } = await killedAt({ pause: beforeEffect }, { isDown: true })
  const gate = await eventually(
    async () => (await listGates(world.pool, { incident: number, open: true }))[0],
    60_000,
  )
  expect(gate.kind).toBe('outcome')
  expect(world.starts()).toBe(0)
  await answerGate(world.pool, {
    kind: 'outcome',
    gateId: gate.id,
    by: 'ana',
    answer: 'not-done',
    atMs: Date.now(),
  })
  await eventually(async () => world.starts() === 1)
  await world.resolveAlert()
  await world.closed(number)
})

async function killedAt(fault: { pause: string }, options: { isDown?: boolean } = {}) {
  const world = await startWorld(options)
  const first = world.startWorker(fault)
  await first.says('worker ready')
  const number = await world.fire()
  await first.says('process paused')
  await first.kill()
  world.startWorker()
  if (options.isDown !== true) await world.resolveAlert()
  return { world, number }
}
