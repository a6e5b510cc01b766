/**
 * Goal: what only Temporal can tell (a workflow that is gone, left over or broken, no worker) is found and ends when it is
 * mended, and its silence hides nothing else. Method: a real server; workflows are ended and started behind Paramedic's back.
 */
import { fileURLToPath } from 'node:url'
import { NativeConnection, Worker } from '@temporalio/worker'
import { expect, onTestFinished, test } from 'vitest'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { queueAt, taskQueue } from '../../contracts/messages.ts'
import { postmortemWorkflowId } from '../../contracts/postmortem.ts'
import { requestResolve } from '../../store/acts.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { readSince } from '../../store/supervision-lease.ts'
import { readTimeline } from '../../store/audit-log.ts'
import { createSupervision } from '../../supervision/supervise.ts'
import { createTemporalWatch } from '../../supervision/temporal-watch.ts'
import { eventually, startHarness } from '../support/incident-harness.ts'
import { givenIncident } from '../support/incidents.ts'
import { ladder, neverMended } from '../support/scenes.ts'
import { type Supervised, startSupervised } from '../support/supervised.ts'

const minute = 60_000

test('a workflow that an operator terminated is found at once, and over when it was reset as advised', async () => {
  const harness = await startHarness({ skipsTime: false })
  onTestFinished(() => harness.stop())
  const { number } = await harness.open({ runbook: ladder(), target: neverMended })
  const supervised = await startSupervised({
    pool: harness.pool,
    namespace: harness.client.options.namespace,
  })
  const { look, found } = supervised
  const handle = harness.client.workflow.getHandle(incidentWorkflowId(number))
  await eventually(async () => (await handle.fetchHistory()).events!.length > 10)
  await look(2)
  expect(await found('workflow-gone')).toEqual([])

  await handle.terminate('by an operator')
  await look(2)
  expect(await found('workflow-gone')).toEqual([number])
  expect(supervised.told.at(-1)!.todo).toContain(`temporal workflow reset -w incident/${number}`)
  const kinds = (await readTimeline(harness.pool, number)).map(({ kind }) => kind)
  expect(kinds).toContain('supervision.found')

  await resetToLastWorkflowTask(supervised, handle.workflowId)
  await eventually(async () => {
    await look(1)
    return (await found('workflow-gone')).length === 0
  })
  expect((await handle.describe()).status.name).toBe('RUNNING')
})

test('a workflow left over by an incident that ended or never was is found after a minute', async () => {
  const supervised = await startSupervised()
  const { pool, client, look, found, nowMs } = supervised
  const ended = await givenIncident(pool, { atMs: nowMs() - 10 * minute })
  const open = await givenIncident(pool, { atMs: nowMs() - 10 * minute })
  await pool.query('update incident set workflow_started_at = $1', [new Date()])
  const close = { number: ended, seenTransition: 0, outcome: 'recovered', atMs: nowMs() } as const
  await inTransaction(pool, tx => closeIncident(tx, close))
  const unknown = 'INC-2020-01-01-001'
  for (const number of [ended, open, unknown])
    await client.workflow.start('incident', { workflowId: incidentWorkflowId(number), taskQueue, args: [] })
  await allListed(supervised, 3)

  await look(4)
  expect(await found('workflow-left')).toEqual([])
  await look(2)
  expect((await found('workflow-left')).toSorted()).toEqual(
    [ended, unknown].map(incidentWorkflowId).toSorted(),
  )
  expect(await found('workflow-gone')).toEqual([])

  for (const number of [ended, unknown])
    await client.workflow.getHandle(incidentWorkflowId(number)).terminate('as advised')
  await allListed(supervised, 1)
  await look(2)
  expect(await found('workflow-left')).toEqual([])
})

test('a post-mortem whose workflow was terminated is found, and its time is kept again after a reset as advised', async () => {
  const harness = await startHarness({ skipsTime: false })
  onTestFinished(() => harness.stop())
  const runbook = `${ladder()}\npostmortem: { due: 48h, for: [SEV1, SEV2, SEV3, SEV4] }`
  const { number } = await harness.open({ runbook, target: neverMended })
  await requestResolve(harness.pool, { number, by: 'ana', atMs: Date.now(), reason: 'enough' })
  const handle = harness.client.workflow.getHandle(postmortemWorkflowId(number))
  // The draft is there, and the workflow waits for its reminder.
  await eventually(async () => {
    const { events } = await handle.fetchHistory().catch(() => ({ events: [] }))
    return (events ?? []).some(event => event.timerStartedEventAttributes)
  })
  const supervised = await startSupervised({
    pool: harness.pool,
    namespace: harness.client.options.namespace,
  })
  const { look, found } = supervised
  await look(6)
  expect(await found('postmortem-gone')).toEqual([])

  await handle.terminate('by an operator')
  await eventually(async () => {
    await look(1)
    return (await found('postmortem-gone')).includes(number)
  })
  expect(supervised.told.at(-1)!.lines.join()).toContain(
    `temporal workflow reset -w incident/${number}/post-mortem --type LastWorkflowTask`,
  )
  await resetToLastWorkflowTask(supervised, handle.workflowId)
  await eventually(async () => {
    await look(1)
    return (await found('postmortem-gone')).length === 0
  })
  expect((await handle.describe()).status.name).toBe('RUNNING')
})

test('a workflow whose code throws is found while it is tried again, and over when the code is mended', async () => {
  const supervised = await startSupervised()
  const { pool, client, look, found, nowMs, namespace, temporalAddress } = supervised
  const number = await givenIncident(pool, { atMs: nowMs() })
  await pool.query('update incident set workflow_started_at = $1', [new Date()])
  const workflowId = incidentWorkflowId(number)
  const causedAtMs = Date.now()
  const handle = await client.workflow.start('incident', { workflowId, taskQueue, args: [] })
  const connection = await NativeConnection.connect({ address: temporalAddress })
  const workflowsPath = fileURLToPath(new URL('../support/throwing-workflow.ts', import.meta.url))
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath })
  const running = worker.run()
  try {
    await eventually(async () => {
      await look(1)
      return (await found('task-failures')).includes(workflowId)
    }, 45_000)
    expect(Date.now() - causedAtMs).toBeLessThan(minute)
    expect(await found('workflow-gone')).toEqual([])
    await handle.terminate('its code is broken')
    await eventually(async () => {
      await look(1)
      return (await found('task-failures')).length === 0
    })
  } finally {
    worker.shutdown()
    await running
    await connection.close()
  }
})

test('no worker is a finding after a minute, and over when one polls', async () => {
  const { look, found, namespace, temporalAddress, client } = await startSupervised()
  await look(5)
  expect(await found('worker')).toEqual([])
  await look(2)
  expect(await found('worker')).toEqual(['worker'])

  const place = { namespace, taskQueue: { name: taskQueue }, identity: 'worker' }
  const polling = client.connection
    .withDeadline(Date.now() + 3_000, () => client.workflowService.pollWorkflowTaskQueue(place))
    .catch(() => undefined)
  // The test's clock has run ahead of the server's; a second supervisor has the right time.
  await polling
  const late = await startSupervised({ namespace })
  await late.look(5)
  expect(await late.found('worker')).toEqual([])
  expect(temporalAddress).toBe(late.temporalAddress)
})

test('a site without a worker is a finding of its own, with where to start one, and over when one polls', async () => {
  const sites = ['berlin', 'oslo']
  const { pool, look, found, namespace, client, told } = await startSupervised({ sites })
  await look(7)
  expect(await found('site')).toEqual(sites)
  expect(
    told.flatMap(({ lines }) => lines).filter(line => line.includes('PARAMEDIC_SITE=oslo')),
  ).toHaveLength(1)
  // Another process that takes over knows since when.
  expect(await unserved(pool)).toEqual(sites)

  await client.connection
    .withDeadline(Date.now() + 3_000, () =>
      client.workflowService.pollActivityTaskQueue({
        namespace,
        taskQueue: { name: queueAt(taskQueue, 'oslo') },
        identity: 'worker at oslo',
      }),
    )
    .catch(() => undefined)
  // The test's clock has run ahead of the server's; a second supervisor has the right time.
  const late = await startSupervised({ namespace, sites })
  await late.look(2)
  expect(await unserved(late.pool)).toEqual(['berlin'])
})

test('while Temporal is silent that is the finding; the others go on, and what only it knows stays as it was', async () => {
  const supervised = await startSupervised()
  const { pool, look, found, nowMs, options } = supervised
  const gone = await givenIncident(pool, { atMs: nowMs() })
  await pool.query('update incident set workflow_started_at = $1', [new Date()])
  await look(2)
  expect(await found('workflow-gone')).toEqual([gone])

  const silent = createTemporalWatch({ address: '127.0.0.1:1', namespace: 'nowhere' })
  onTestFinished(() => silent.close())
  const blind = createSupervision({ ...options, temporal: silent })
  const waiting = await givenIncident(pool, { atMs: nowMs() })
  const begunMs = nowMs()
  for (let atMs = begunMs; atMs <= begunMs + 90_000; atMs += 15_000) await blind.look(atMs)
  expect(await found('temporal')).toEqual(['temporal'])
  expect(await found('not-started')).toEqual([waiting])
  expect(await found('workflow-gone')).toEqual([gone])

  await look(2)
  expect(await found('temporal')).toEqual([])
})

async function unserved(pool: Pool): Promise<string[]> {
  const { noSiteWorkerMs } = await readSince(pool)
  return Object.keys(noSiteWorkerMs).toSorted()
}

/** What `temporal workflow reset --type LastWorkflowTask` does. */
async function resetToLastWorkflowTask({ client, namespace }: Supervised, workflowId: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId)
  const { events } = await handle.fetchHistory()
  const last = events!.findLast(event => event.workflowTaskCompletedEventAttributes)
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId, runId: (await handle.describe()).runId },
    workflowTaskFinishEventId: last!.eventId!,
    reason: 'ended while its incident is open',
    requestId: workflowId,
  })
}

/** Lists follow what happens a moment later. */
async function allListed({ client }: Supervised, count: number): Promise<void> {
  const query = `WorkflowType = 'incident' AND ExecutionStatus = 'Running'`
  await eventually(async () => (await client.workflow.count(query)).count === count)
}
