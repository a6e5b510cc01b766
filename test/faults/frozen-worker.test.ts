/**
 * Goal: a worker that was frozen (a paused machine, a long swap) and wakes when others have gone on changes nothing any more.
 * Method: it stops itself (SIGSTOP) before or after its claim, longer than the heartbeat timeout; the service counts restarts.
 */
import { Client, Connection } from '@temporalio/client'
import { expect, inject, onTestFinished, test } from 'vitest'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import type { Child, Fault } from '../support/child-process.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'

/** What a worker asks first for a plan, and last before it claims. */
const plan = 'from plan p left join gate g on g.id = p.id where p.id'
const claim = 'insert into claim (incident, step, attempt, action'
/** What a checkpoint asks; the second checkpoint is the last thing before the service is stopped. */
const checkpoint = 'select is_on, changed_at'

test.each<[string, Fault]>([
  [
    'before the transaction of its claim: the sleeper finds the door closed',
    { pause: plan, when: 'after', nth: 2 },
  ],
  ['in the transaction of its claim: nothing of it counts any more', { pause: claim }],
])(
  'frozen %s, the attempt is given up, and the next one does it once',
  async (_, fault) => {
    const { world, number, sleeper } = await frozenAt(fault)
    world.startWorker()
    await eventually(async () => (await world.entries(number, 'effect.ended')).length > 0, 90_000)

    await wakeAndEnd(sleeper)
    expect(await world.entries(number, 'claim.abandoned')).toMatchObject([{ attempt: 1 }])
    expect(await world.entries(number, 'claim.made')).toMatchObject([{ attempt: 2 }])
    expect(await world.entries(number, 'effect.ended')).toMatchObject([{ attempt: 2, outcome: 'succeeded' }])
    expect(world.starts()).toBe(1)

    await world.resolveAlert()
    await world.closed(number)
  },
  150_000,
)

test('frozen after its claim: unknown, probed, done once by the next attempt, and not by the sleeper', async () => {
  const { world, number, sleeper } = await frozenAt({ pause: checkpoint })
  world.startWorker()
  await eventually(async () => (await world.entries(number, 'effect.ended')).length > 1, 90_000)

  await wakeAndEnd(sleeper)
  expect(await world.entries(number, 'effect.ended')).toMatchObject([
    { attempt: 1, outcome: 'unknown' },
    { attempt: 2, outcome: 'succeeded' },
  ])
  expect(await world.entries(number, 'effect.probed')).toMatchObject([{ attempt: 1, answer: 'not-done' }])
  expect(world.starts()).toBe(1)

  await world.resolveAlert()
  await world.closed(number)
}, 150_000)

test('frozen after its claim with nobody else there: it refuses by its own clock, and the next attempt does it', async () => {
  const { world, number, sleeper } = await frozenAt({ pause: checkpoint, nth: 2 })
  await heartbeatHasTimedOut(world, number)

  sleeper.signal('SIGCONT')
  await eventually(async () => (await world.entries(number, 'effect.ended')).length > 1, 90_000)
  expect(await world.entries(number, 'effect.ended')).toMatchObject([
    { attempt: 1, outcome: 'unknown' },
    { attempt: 2, outcome: 'succeeded' },
  ])
  expect(world.starts()).toBe(1)

  await world.resolveAlert()
  await world.closed(number)
}, 150_000)

/** Temporal, asked without any worker, has the loss of the activity in its history. */
async function heartbeatHasTimedOut({ namespace }: World, number: string): Promise<void> {
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  onTestFinished(() => connection.close())
  const incident = new Client({ connection, namespace }).workflow.getHandle(incidentWorkflowId(number))
  await eventually(async () => {
    const { events } = await incident.fetchHistory()
    return events?.some(event => event.activityTaskTimedOutEventAttributes) === true
  })
}

async function frozenAt(fault: Fault) {
  const world = await startWorld()
  const sleeper = world.startWorker(fault)
  await sleeper.says('worker ready')
  const number = await world.fire()
  await sleeper.says('process paused')
  return { world, number, sleeper }
}

/** Ended in order, a worker has finished whatever it was in the middle of. */
async function wakeAndEnd(sleeper: Child): Promise<void> {
  sleeper.signal('SIGCONT')
  await sleeper.says('statement over')
  sleeper.signal('SIGTERM')
  expect(await sleeper.ended).toBe(0)
}
