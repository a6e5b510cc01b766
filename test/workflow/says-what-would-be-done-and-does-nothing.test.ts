import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createForesights } from '../../api/foresights.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { type Harness, type Scene, startHarness } from '../support/incident-harness.ts'

let harness: Harness
let foresights: ReturnType<typeof createForesights>
let api: ApiUnderTest
beforeAll(async () => {
  harness = await startHarness({ skipsTime: false, isScripted: false, sites: ['berlin'] })
  foresights = createForesights(harness.temporal)
  api = await startApi(inject('postgresUrl'), { pool: harness.pool, places: harness.targets, foresights })
})
afterAll(async () => {
  await api.close()
  await foresights.close()
  await harness.stop()
})

const verify = `verify: { check: pool, until: 'value.used_ratio < 0.7' }, undo: { none: 'they reconnect' }`
const step = (id: string, more = '') =>
  `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${more} ${verify} }`
const runbook = `
triage:
  checks: { pool: { uses: postgres.connections, target: db }, health: { uses: service.health, target: api } }
  severity: [ { is: SEV1, label: High, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV3 } ]
  impact: 'checks.pool.used_ratio > 0.999'
mitigate:
${step('first', `gate: { approvers: [role:approver], expires: 15m, on_expiry: escalate },`)}
${step('not-needed', `when: 'checks.pool.idle > 99',`)}
${step('passed-by-itself', `precheck: { check: pool, when: 'value.idle < 10', after: 1m },`)}
${step('unasked')}
escalate:
  - { after: 0s, page: [on-call] }
  - { after: 30m, unless: resolved, when: incident.impact, page: [senior] }
`
const ill = { idle: 50, used_ratio: 0.99, status: 'up' }

async function ask(scene: Partial<Scene> = {}, labels = {}, inputs?: Record<string, string>) {
  const { name, source } = await harness.stage({ runbook, target: { measure: () => ill }, ...scene })
  const alert = {
    name,
    labels: { alertname: name, system: name, environment: 'test', ...labels },
    annotations: {},
  }
  return {
    name,
    answer: await api.call('responder', 'POST', '/v1/runbooks/test', {
      alert,
      runbook: { source },
      ...(inputs === undefined ? {} : { inputs }),
    }),
  }
}

test('checks are measured, severity and impact judged, and each step that would be taken is planned', async () => {
  const { name, answer } = await ask()
  const foresight = answer.body.foresight
  expect(answer).toMatchObject({ status: 200, body: { matches: true, isFrozen: false } })
  expect(foresight.checks).toMatchObject([
    { name: 'health', target: `${name}-api`, values: ill, problem: null },
    { name: 'pool', target: `${name}-db`, values: ill, problem: null },
  ])
  expect(foresight.severity).toEqual({
    is: 'SEV1',
    label: 'High',
    because: 'SEV1: checks.pool.used_ratio > 0.95 holds',
  })
  expect(foresight.impact).toEqual({ is: 'no', because: 'no impact: not checks.pool.used_ratio > 0.999' })
  expect(foresight.steps).toMatchObject([
    {
      id: 'first',
      result: 'planned',
      plan: {
        preview: { summary: 'would touch 1' },
        identity: { name: `${name}-db` },
        risk: 'disruptive',
        autonomy: 'auto',
        gate: { approvers: ['role:approver'], quorum: 1, expiresMs: 900_000, because: 'runbook' },
      },
    },
    { id: 'not-needed', result: 'left-out', because: 'not needed: checks.pool.idle > 99 does not hold' },
    { id: 'passed-by-itself', result: 'left-out', because: 'not needed: value.idle < 10 does not hold' },
    { id: 'unasked', result: 'planned', plan: { gate: null } },
  ])
  expect(foresight.calls).toEqual([
    { level: 0, isCalled: true },
    { level: 1, isCalled: false },
  ])
})

test('nothing is stored but that somebody asked, and nothing is changed', async () => {
  const count = async () =>
    (
      await harness.pool.query<Record<string, number>>(
        `select (select count(*) from incident)::int as incidents, (select count(*) from plan)::int as plans,
           (select count(*) from gate)::int as gates, (select count(*) from measurement)::int as measurements,
           (select count(*) from message)::int as messages, (select count(*) from claim)::int as claims,
           (select count(*) from page)::int as pages, (select count(*) from audit_entry)::int as entries`,
      )
    ).rows[0]!
  const before = await count()
  const { name } = await ask()
  expect(await count()).toEqual({ ...before, entries: before['entries']! + 1 })
  const { rows } = await harness.pool.query<{ content: string }>(
    'select content from audit_entry order by seq desc limit 1',
  )
  expect(JSON.parse(rows[0]!.content)).toMatchObject({
    kind: 'runbook.tested',
    actor: 'person:responder',
    data: { runbook: name, alert: name, targets: [`${name}-db`, `${name}-api`] },
  })
  expect(harness.receipts).toEqual([])
})

const withInputs = `
inputs:
  wait: { type: duration, from: alert.labels.wait, default: 30s, min: 1s, max: 2m, describe: How long it may take }
  least: { type: int, unit: targets, default: 2, min: 1, max: 9, describe: How many edges have to answer }
triage:
  checks: { edge: { uses: service.health, target: edges }, health: { uses: service.health, target: api } }
  severity: [ { is: SEV1, when: 'checks.edge.filter(one, one.answered).size() < inputs.least' }, { is: SEV3 } ]
mitigate:
  - id: stop-worker
    uses: service.stop
    target: api
    temporary: true
    verify: { check: health, until: 'value.status == "up"' }
    undo: { uses: service.start, with: { healthy_within: { input: wait } } }
  - { id: restart, uses: service.restart, target: api, verify: { check: health, until: 'value.status == "up"' }, undo: { none: it stays } }
escalate: [ { after: 0s, page: [on-call] } ]
`
const answering = (...names: string[]) => ({
  measure: ({ target }: { target: string }) =>
    names.some(name => target.endsWith(name)) ? ill : Promise.reject(new Error('no answer')),
})

test('what it is given, each of a group, and what would take a step back are told', async () => {
  const scene = { runbook: withInputs, edges: 3, target: answering('api', 'edge-1', 'edge-3') }
  const { name, answer } = await ask(scene, { wait: '5m' }, { least: '3' })
  expect(answer.body.inputs).toEqual([
    { name: 'least', type: 'int', value: 3, source: 'given' },
    {
      name: 'wait',
      type: 'duration',
      value: 30_000,
      source: 'default',
      problem: 'alert.labels.wait must be at most 2m; it is "5m"',
    },
  ])
  const members = [1, 2, 3].map(index => ({ target: `${name}-edge-${index}` }))
  expect(answer.body.bindings).toContainEqual({ role: 'edges', kind: 'service', members })
  const { checks, severity, steps } = answer.body.foresight
  expect(checks[0]).toMatchObject({ target: '3 targets', values: { answered: '2 of 3' } })
  expect(severity.is).toBe('SEV1')
  expect(steps).toMatchObject([
    {
      id: 'stop-worker',
      plan: {
        undo: {
          uses: 'service.start',
          parameters: { healthy_within: 30_000 },
          plan: { preview: { summary: 'would touch 1' }, risk: 'reversible', gate: null },
          problem: null,
        },
      },
    },
    { id: 'restart', plan: expect.not.objectContaining({ undo: expect.anything() }) },
  ])
})

test('an undo that cannot be planned says why, and its step is told all the same', async () => {
  let asked = 0
  const identity = ({ target }: { target: string }) => {
    asked += 1
    if (asked === 2) throw new Error('it is not a process any more')
    return { name: target }
  }
  const runbook =
    withInputs.slice(0, withInputs.indexOf('  - { id: restart')) +
    'escalate: [ { after: 0s, page: [on-call] } ]'
  const { answer } = await ask({ runbook, edges: 1, target: { measure: () => ill, identity } })
  expect(answer.body.foresight.steps[0]).toMatchObject({
    result: 'planned',
    plan: { preview: { wouldTouch: 1 }, undo: { plan: null, problem: 'it is not a process any more' } },
  })
})

test('a value that does not fit is refused before anything is read', async () => {
  const read: string[] = []
  const measure = ({ target }: { target: string }) => (read.push(target), ill)
  const { answer } = await ask(
    { runbook: withInputs, edges: 1, target: { measure } },
    {},
    { least: '10', most: '1' },
  )
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_payload' } } })
  expect(answer.body.error.fields.faults).toEqual([
    { field: 'inputs.least', problem: 'what was given must be at most 9; it is "10"' },
    { field: 'inputs.most', problem: 'the runbook has no such input; it has least, wait' },
  ])
  expect(read).toEqual([])
})

test('what the targets at a site would be told is asked there', async () => {
  const { answer } = await ask({ site: 'berlin' })
  expect(answer.body.foresight.steps[0]).toMatchObject({ id: 'first', result: 'planned' })
})

test('a target that gives no answer, or is none, is told as such', async () => {
  const broken = { measure: () => Promise.reject(new Error('the connection was refused')) }
  const silent = await ask({ target: { ...broken, identity: broken.measure as never } })
  expect(silent.answer.body.foresight).toMatchObject({
    severity: { is: 'SEV3' },
    impact: { is: 'unknown' },
    calls: [{ isCalled: true }, { isCalled: true }],
    steps: [{ id: 'first', result: 'unknown', because: 'the connection was refused' }, {}, {}, {}],
  })
  expect(silent.answer.body.foresight.checks[1].problem).toContain('the connection was refused')
  const unbound = await ask({ databases: 0 })
  expect(unbound.answer.body.foresight.checks[1]).toMatchObject({
    target: null,
    problem: 'no target for role db: unbound',
  })
  expect(unbound.answer.body.foresight.steps[0]).toMatchObject({
    result: 'left-out',
    because: 'no target for role db: unbound',
  })
})

test('a runbook for other alerts measures nothing', async () => {
  const { answer } = await ask({}, { alertname: 'Other' })
  expect(answer).toMatchObject({ status: 200, body: { matches: false, foresight: null } })
})

test('a faulty runbook is refused with all its faults', async () => {
  const alert = { name: 'A', labels: {}, annotations: {} }
  const source = 'apiVersion: paramedic/v1\nkind: Runbook\nfoo: 1\n'
  const answer = await api.call('approver', 'POST', '/v1/runbooks/test', {
    alert,
    runbook: { source, file: 'a.yaml' },
  })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_runbook' } } })
  expect(answer.body.error.fields.faults.length).toBeGreaterThan(1)
  expect(answer.body.error.fields.faults[0]).toMatchObject({ file: 'a.yaml' })
})

test('a runbook in force is asked about by its name, or chosen as for an alert that fires', async () => {
  const { name, loaded, source } = await harness.stage({ runbook, target: { measure: () => ill } })
  const file = { ...loaded, file: 'scene.yaml', source }
  const start = { way: 'start', by: 'paramedic', atMs: Date.now() } as const
  await changeInForce(harness.pool, start, () => ({ inForce: [file], heldBack: [] }))
  const alert = { name, labels: { alertname: name, system: name, environment: 'test' }, annotations: {} }
  for (const about of [{}, { runbook: { name } }]) {
    const answer = await api.call('admin', 'POST', '/v1/runbooks/test', { alert, ...about })
    expect(answer.body).toMatchObject({ runbook: { hash: loaded.hash }, matches: true })
    expect(answer.body.foresight.steps[0]).toMatchObject({ result: 'planned' })
  }
  const other = await api.call('admin', 'POST', '/v1/runbooks/test', { alert, runbook: { name: 'none' } })
  expect(other).toMatchObject({ status: 404 })
})
