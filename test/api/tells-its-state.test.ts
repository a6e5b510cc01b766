import { Connection } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { createTemporalHealth, type TemporalCheck } from '../../api/temporal-health.ts'
import { queueAt, taskQueue } from '../../contracts/messages.ts'
import type { StuckView } from '../../contracts/views.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { acknowledge, setSeverity } from '../../store/acts.ts'
import { setAsideDelivery } from '../../store/deliveries.ts'
import { vote } from '../../store/gates.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenGate, givenIncident, somePlanHash } from '../support/incidents.ts'

let api: ApiUnderTest
const temporal: TemporalCheck = { dependencies: [], workflowsWithTaskFailures: 0, sites: [] }
const up = { isUp: true, tookMs: 1, problem: null }

beforeAll(async () => {
  api = await startApi(inject('postgresUrl'), { temporal: { check: async () => temporal } })
})
afterAll(() => api.close())

const minute = 60_000

test('what waits too long is named, with what to do', async () => {
  const { pool } = api.database
  const { ms } = api.now
  const number = await givenIncident(pool, { atMs: ms - 10 * minute })
  const gateId = await givenGate(pool, number, { atMs: ms - 9 * minute, expiresAtMs: ms - 5 * minute })
  await setSeverity(pool, { number, by: 'x', atMs: ms - 2 * minute, severity: 'SEV2' })
  await api.call('generic', 'POST', '/v1/webhooks/generic', { title: 'waits', dedup_key: 'waits' })
  await pool.query('update alert_event set received_at = $1', [new Date(ms - 3 * minute)])
  await api.call('generic', 'POST', '/v1/webhooks/generic', { title: 'poison' })
  await pool.query(
    `update alert_event set outcome = 'quarantined', processed_at = $1 where name = 'poison'`,
    [new Date(ms)],
  )
  const unread = {
    sourceKind: 'generic',
    state: 'quarantined',
    body: Buffer.from('{}'),
    problem: 'odd',
  } as const
  for (const agoMs of [minute, 0])
    await setAsideDelivery(pool, { ...unread, source: 'noisy', atMs: ms - agoMs })
  await setAsideDelivery(pool, { ...unread, source: 's', atMs: ms })
  await pool.query(
    `insert into claim (incident, step, attempt, action, target, plan_hash, worker, claimed_at, deadline)
     values ($1, 'restart-api', 1, 'service.restart', 'shop-api', 'h', 'w', $2, $2)`,
    [number, new Date(ms - 4 * minute)],
  )
  temporal.workflowsWithTaskFailures = 2

  const { status, body } = await api.call('viewer', 'GET', '/v1/status')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    version: '0.0.0-test',
    isReady: true,
    freeze: { isOn: false },
    openIncidents: 1,
    openGates: 1,
    undeliveredMessages: 1,
    waitingAlerts: 1,
    quarantinedAlerts: 1,
  })
  expect(body.stuck.map(({ what, subject, sinceMs }: StuckView) => [what, subject, sinceMs])).toEqual([
    ['reported alert not taken yet', expect.stringMatching(/^generic-source\/key\//), 3 * minute],
    ['message not delivered to the workflow', number, 2 * minute],
    ['incident open without a workflow', number, 10 * minute],
    ['gate open past its expiry', gateId, 5 * minute],
    ['effect past its deadline without an outcome', `${number}/restart-api/1`, 4 * minute],
    ['alert set aside after failing again and again', 'poison from generic-source', 0],
    [
      'delivery that could not be read',
      expect.stringMatching(/^2 deliveries from noisy, the last one \d+$/),
      minute,
    ],
    ['delivery that could not be read', expect.stringMatching(/^delivery \d+ from s$/), 0],
    ['news that nobody has sent yet', `severity of ${number}`, 2 * minute],
    ['workflow code fails and is tried again', '2 workflows', 0],
  ])
  expect(body.stuck.every(({ todo }: StuckView) => todo.length > 20)).toBe(true)
})

test('what supervision has found is told once, with what to do, and counted by kind', async () => {
  const { pool } = api.database
  const { ms } = api.now
  const number = await givenIncident(pool, { atMs: ms - 10 * minute })
  const at = new Date(ms)
  await pool.query(
    `insert into supervision_finding (key, kind, subject, since, first_seen_at, last_seen_at, confirmed_at, ended_at) values
       ('not-started/' || $1, 'not-started', $1, $2, $2, $2, $2, null), ('gate/unconfirmed', 'gate', 'unconfirmed', $2, $2, $2, null, null),
       ('claim/over', 'claim', 'over', $2, $2, $2, $2, $2)`,
    [number, at],
  )
  await pool.query('update supervision_lease set last_look_at = $1', [at])
  const { body } = await api.call('viewer', 'GET', '/v1/status')
  expect(body.supervision).toEqual({
    lastLookAt: at.toISOString(),
    findings: [
      {
        kind: 'not-started',
        what: 'incident open without a workflow',
        subject: number,
        since: at.toISOString(),
        pagedAt: null,
        todo: expect.stringContaining(number),
      },
    ],
  })
  expect(body.stuck.map(({ subject }: StuckView) => subject)).not.toContain(number)
  const lines = (await api.call('viewer', 'GET', '/metrics')).text.split('\n')
  expect(lines).toContain('paramedic_supervision_findings{kind="not-started"} 1')
  expect(lines).toContain('paramedic_supervision_findings{kind="gate"} 0')
  expect(lines).toContain('paramedic_supervision_findings{kind="claim"} 0')
  expect(lines).toContain(`paramedic_supervision_last_look_timestamp_seconds ${ms / 1_000}`)
})

test('what has waited for seconds is not stuck', async () => {
  const fresh = await startApi(inject('postgresUrl'))
  await givenIncident(fresh.database.pool, { atMs: fresh.now.ms - 30_000 })
  await fresh.call('generic', 'POST', '/v1/webhooks/generic', { title: 'new' })
  expect((await fresh.call('viewer', 'GET', '/v1/status')).body).toMatchObject({
    waitingAlerts: 1,
    stuck: [],
  })
  await fresh.close()
})

describe('readiness', () => {
  test.each([
    [
      'all up',
      [
        { name: 'temporal', ...up },
        { name: 'workers', ...up },
      ],
      200,
      200,
    ],
    [
      'no worker',
      [
        { name: 'temporal', ...up },
        { name: 'workers', ...up, isUp: false, problem: 'none' },
      ],
      503,
      200,
    ],
    [
      'no Temporal',
      [
        { name: 'temporal', ...up, isUp: false, problem: 'away' },
        { name: 'workers', ...up, isUp: false, problem: '?' },
      ],
      503,
      200,
    ],
  ] as const)('%s', async (_title, dependencies, ready, intake) => {
    temporal.dependencies = [...dependencies]
    const answer = await api.call('anonymous', 'GET', '/readyz')
    expect(answer).toMatchObject({ status: ready, body: { isReady: ready === 200 } })
    expect(answer.body.dependencies).toEqual([
      { name: 'postgresql', isUp: true, problem: null, tookMs: expect.any(Number) },
      ...dependencies,
    ])
    expect(await api.call('anonymous', 'GET', '/readyz?for=intake')).toMatchObject({ status: intake })
    // Temporal's trouble is no reason to turn an alert away.
    expect(await api.call('generic', 'POST', '/v1/webhooks/generic', { title: 'x' })).toMatchObject({
      status: 202,
    })
  })
})

describe('a real Temporal', () => {
  test('that is up but has no worker', async () => {
    await registerNamespace(inject('temporalAddress'), 'api-health')
    const health = createTemporalHealth({ address: inject('temporalAddress'), namespace: 'api-health' })
    expect(await health.check()).toEqual({
      dependencies: [
        { name: 'temporal', isUp: true, tookMs: expect.any(Number), problem: null },
        {
          name: 'workers',
          isUp: false,
          tookMs: expect.any(Number),
          problem: 'no worker polls task queue paramedic',
        },
      ],
      workflowsWithTaskFailures: 0,
      sites: [],
    })
    await health.close()
  })
  test('with a worker', async () => {
    await registerNamespace(inject('temporalAddress'), 'api-health-polled')
    const poller = await Connection.connect({ address: inject('temporalAddress') })
    const place = { namespace: 'api-health-polled', taskQueue: { name: taskQueue }, identity: 'worker' }
    const polling = poller
      .withDeadline(Date.now() + 5_000, () => poller.workflowService.pollWorkflowTaskQueue(place))
      .catch(() => undefined)
    await vi.waitFor(async () => {
      const health = createTemporalHealth({ address: inject('temporalAddress'), namespace: place.namespace })
      const { dependencies } = await health.check()
      await health.close()
      expect(dependencies.map(({ isUp }) => isUp)).toEqual([true, true])
    }, 5_000)
    await polling
    await poller.close()
  })
  test('with a worker at one of two sites', async () => {
    const [address, namespace] = [inject('temporalAddress'), 'api-health-sites']
    await registerNamespace(address, namespace)
    const poller = await Connection.connect({ address })
    const place = { namespace, taskQueue: { name: queueAt(taskQueue, 'oslo') }, identity: 'worker' }
    const polling = poller
      .withDeadline(Date.now() + 5_000, () => poller.workflowService.pollActivityTaskQueue(place))
      .catch(() => undefined)
    await vi.waitFor(async () => {
      const health = createTemporalHealth({ address, namespace }, ['berlin', 'oslo'])
      const { sites } = await health.check()
      await health.close()
      expect(sites).toEqual([
        { name: 'berlin', hasWorker: false },
        { name: 'oslo', hasWorker: true },
      ])
    }, 5_000)
    await polling
    await poller.close()
  })
  test.each([
    ['that is away', '127.0.0.1:1', 'default', /^did not answer \((UNAVAILABLE|DEADLINE_EXCEEDED)\)$/],
    ['without the namespace', undefined, 'nowhere', /^did not answer \(NOT_FOUND\)$/],
  ])('%s', async (_title, address, namespace, problem) => {
    const place = { address: address ?? inject('temporalAddress'), namespace }
    const health = createTemporalHealth(place, ['berlin'])
    const { dependencies, workflowsWithTaskFailures, sites } = await health.check()
    expect(sites).toEqual([{ name: 'berlin', hasWorker: null }])
    expect(dependencies.map(({ isUp }) => isUp)).toEqual([false, false])
    expect(dependencies[0]!.problem).toMatch(problem)
    expect(workflowsWithTaskFailures).toBeUndefined()
    await health.close()
  })
})

test('metrics come from PostgreSQL, so a restart forgets nothing', async () => {
  const sites = [
    { name: 'berlin', hasWorker: false },
    { name: 'oslo', hasWorker: true },
    { name: 'rome', hasWorker: null },
  ]
  const measured = await startApi(inject('postgresUrl'), {
    temporal: { check: async () => ({ ...temporal, workflowsWithTaskFailures: 3, sites }) },
  })
  const { pool } = measured.database
  const { ms } = measured.now
  const number = await givenIncident(pool, { atMs: ms - 10 * minute })
  await acknowledge(pool, { number, by: 'x', atMs: ms - 10 * minute + 90_000 })
  const gateId = await givenGate(pool, number, { atMs: ms - minute })
  await vote(pool, {
    gateId,
    by: 'x',
    verdict: 'approve',
    planHash: somePlanHash,
    atMs: ms - minute + 30_000,
  })
  await pool.query(`update incident set recovered_at = $1, closed_at = $1, phase = 'closed'`, [
    new Date(ms - 5 * minute),
  ])
  await pool.query(
    `insert into page (id, incident, epoch, level, functions, state, due_at, begun_at, sent_at, lateness_ms) values ('p', $1, 0, 0, '{}', 'sent', $2, $2, $2, 1500)`,
    [number, new Date(ms)],
  )
  await measured.call('generic', 'POST', '/v1/webhooks/generic', { title: 'x' })
  await measured.call('generic', 'POST', '/v1/webhooks/generic', { titel: 'x' })
  measured.now.ms += 5_000

  const { status, headers, text } = await measured.call('viewer', 'GET', '/metrics')
  expect(status).toBe(200)
  expect(headers['content-type']).toContain('text/plain')
  const lines = text.split('\n')
  for (const line of [
    'paramedic_incidents{phase="closed",severity="SEV3"} 1',
    'paramedic_time_to_acknowledge_seconds_bucket{le="60"} 0',
    'paramedic_time_to_acknowledge_seconds_bucket{le="120"} 1',
    'paramedic_time_to_acknowledge_seconds_bucket{le="+Inf"} 1',
    'paramedic_time_to_acknowledge_seconds_sum 90',
    'paramedic_time_to_acknowledge_seconds_count 1',
    // A value on a bound belongs to its bucket.
    'paramedic_time_to_recover_seconds_bucket{le="300"} 1',
    'paramedic_gate_wait_seconds_bucket{le="30"} 1',
    'paramedic_escalation_lateness_seconds_bucket{le="1"} 0',
    'paramedic_escalation_lateness_seconds_bucket{le="2"} 1',
    'paramedic_relay_lag_seconds{of="alerts"} 5',
    'paramedic_undelivered_messages 2',
    'paramedic_quarantined_alerts 0',
    'paramedic_unread_deliveries 1',
    'paramedic_workflows_with_task_failures 3',
    'paramedic_site_has_worker{site="berlin"} 0',
    'paramedic_site_has_worker{site="oslo"} 1',
    'paramedic_webhook_deliveries_total{source="generic-source",outcome="accepted"} 1',
    'paramedic_webhook_deliveries_total{source="generic-source",outcome="bad_payload"} 1',
    'paramedic_http_request_duration_seconds_count{route="/v1/webhooks/generic",method="POST",status="202"} 1',
  ]) {
    expect(lines).toContain(line)
  }
  expect(text).not.toContain('rome')
  const { body } = await measured.call('viewer', 'GET', '/v1/status')
  expect(body.sites).toEqual(sites)
  await measured.close()
})
