/**
 * Goal: a workflow that was set back to before an effect, by a reset or because Temporal was restored or lost, goes on and does it not again.
 * Method: a real worker and a service that counts its starts; then the engine forgets, and PostgreSQL does not.
 */
import { readFileSync } from 'node:fs'
import { Client, Connection } from '@temporalio/client'
import { expect, inject, onTestFinished, test } from 'vitest'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'
import { verifyStored } from '../support/stored-record.ts'

test('reset to the task before the effect: the record of the claim is what became of it', async () => {
  const { world, number, workflow } = await mended()
  await resetToBeforeTheEffect(world, workflow)
  await expectMendedOnce(world, number)
})

test('reset while a worker is at it: what that worker writes is waited for', async () => {
  const world = await startWorld()
  const first = world.startWorker({ pause: 'update claim set outcome' })
  await first.says('worker ready')
  const number = await world.fire()
  await first.says('process paused')
  const workflow = await workflowOf(world, number)
  world.startWorker()
  await resetToBeforeTheEffect(world, workflow)
  await eventually(async () => {
    const { raw } = await workflow.describe()
    return raw.pendingActivities?.some(({ activityType }) => activityType?.name === action)
  }, 60_000)
  first.signal('SIGCONT')
  await eventually(async () => (await world.entries(number, 'step.ended')).length > 0, 60_000)
  await expectMended(world, number)
})

test('set back after its incident has closed: it ends again by itself, and the record is what it was', async () => {
  const { world, number, workflow } = await mended()
  await world.resolveAlert()
  const closed = await world.closed(number)
  const { runId } = await workflow.describe()
  await workflow.result()
  await resetToBeforeTheEffect(world, workflow)
  await eventually(async () => {
    const { status, runId: run } = await workflow.describe()
    return run !== runId && status.name === 'COMPLETED'
  }, 60_000)
  const { phase, outcome, closed_at: closedAt } = await world.row(number)
  expect([phase, outcome, closedAt]).toEqual(['closed', closed['outcome'], closed['closed_at']])
  expect(world.starts()).toBe(1)
  const { chainFaults, rowFaults } = await verifyStored(world.pool)
  expect([chainFaults, rowFaults]).toEqual([[], []])
})

test('lost with its engine: told everything again it begins anew, and finds done what was done', async () => {
  const { world, number, workflow } = await mended()
  const { workflowId, runId } = await workflow.describe()
  await workflow.terminate('the disk of Temporal is gone')
  await workflow.client.workflowService.deleteWorkflowExecution({
    namespace: world.namespace,
    workflowExecution: { workflowId, runId },
  })
  // Temporal deletes in its own time.
  await eventually(
    () =>
      workflow.describe().then(
        () => false,
        () => true,
      ),
    60_000,
  )
  await world.pool.query(documented('update paramedic.message'))
  await expectMendedOnce(world, number)
})

/** The service was restarted once, and the incident waits for its alert to resolve. */
async function mended() {
  const world = await startWorld()
  await world.startWorker().says('worker ready')
  const number = await world.fire()
  await eventually(async () => (await world.entries(number, 'step.ended')).length > 0, 60_000)
  expect(world.starts()).toBe(1)
  return { world, number, workflow: await workflowOf(world, number) }
}

async function workflowOf({ namespace }: World, number: string) {
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  onTestFinished(() => connection.close())
  return new Client({ connection, namespace }).workflow.getHandle(incidentWorkflowId(number))
}

const action = 'service.restart'

async function resetToBeforeTheEffect(
  { namespace }: World,
  workflow: Awaited<ReturnType<typeof workflowOf>>,
): Promise<void> {
  const { workflowId, runId } = await workflow.describe()
  const { events } = await workflow.fetchHistory()
  const scheduled = events!
    .map(event => event.activityTaskScheduledEventAttributes)
    .find(attributes => attributes?.activityType?.name === action)
  await workflow.client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: scheduled!.workflowTaskCompletedEventId!,
    reason: 'as an operator does it',
    requestId: `reset of ${runId}`,
  })
}

/** The step was walked a second time, and the service was left alone. */
async function expectMendedOnce(world: World, number: string): Promise<void> {
  await eventually(async () => (await world.entries(number, 'step.ended')).length > 1, 60_000)
  await expectMended(world, number)
}

async function expectMended(world: World, number: string): Promise<void> {
  for (const ended of await world.entries(number, 'step.ended'))
    expect(ended).toMatchObject({ attempt: 1, result: 'succeeded' })
  await world.resolveAlert()
  expect((await world.closed(number))['outcome']).toBe('recovered')
  expect(world.starts()).toBe(1)
  expect(await world.entries(number, 'claim.made')).toMatchObject([{ attempt: 1 }])
  const { chainFaults, rowFaults } = await verifyStored(world.pool)
  expect([chainFaults, rowFaults]).toEqual([[], []])
}

/** What docs/operations.md has people run after a restore. */
function documented(first: string): string {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  return text.slice(text.indexOf(first)).split(/^SQL$/m)[0]!
}
