import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenGate, givenIncident, somePlanHash } from '../support/incidents.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

const approval = { planHash: somePlanHash }

test('an open gate is listed with its plan and what it would do', async () => {
  const incident = await given()
  const { body } = await api.call('viewer', 'GET', `/v1/gates?state=open&incident=${incident}`)
  expect(body.gates).toHaveLength(1)
  expect(body.gates[0]).toMatchObject({
    id: `${incident}/restart-api/1`,
    state: 'open',
    planHash: somePlanHash,
    plan: { action: 'service.restart' },
    preview: { summary: 'Restarts shop-api.' },
    votes: [],
  })
})

test('of two who approve at once one decides, and the other is told who and when', async () => {
  const incident = await given()
  const answers = await Promise.all([
    api.call('approver', 'POST', gateUrl(incident, 'approve'), approval),
    api.call('on-call', 'POST', gateUrl(incident, 'approve'), approval),
  ])
  const winner = answers.find(({ status }) => status === 200)!
  const loser = answers.find(({ status }) => status === 409)!
  expect(winner.body).toMatchObject({ state: 'approved', votes: 1, quorum: 1 })
  const by = winner === answers[0] ? 'approver' : 'on-call'
  const at = new Date(api.now.ms).toISOString()
  expect(loser.body.error).toMatchObject({
    code: 'gate_already_decided',
    fields: { state: 'approved', by, at },
  })
  expect(loser.body.error.message).toContain(`approved by ${by} at ${at}`)
  expect(await messages(incident)).toEqual([{ kind: 'gate-decided' }])
})

test('a quorum of two takes two people, and nobody counts twice', async () => {
  const incident = await given({ quorum: 2 })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    body: { state: 'open', votes: 1 },
  })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    status: 409,
  })
  expect(await api.call('on-call', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    body: { state: 'approved', votes: 2 },
  })
})

test('denying ends it, with the reason on record', async () => {
  const incident = await given()
  await api.call('approver', 'POST', gateUrl(incident, 'deny'), {
    ...approval,
    reason: 'not during checkout',
  })
  const { body } = await api.call('auditor', 'GET', `/v1/incidents/${incident}`)
  expect(body).toMatchObject({
    openGates: 0,
    gates: [{ state: 'denied', decidedBy: 'approver', votes: [{ reason: 'not during checkout' }] }],
  })
  expect(body.timeline.at(-1)).toMatchObject({ kind: 'gate.decided', actor: 'person:approver' })
})

test.each([
  ['another plan', { planHash: 'f'.repeat(64) }, 409, 'plan_changed'],
  ['no plan', {}, 400, 'bad_payload'],
  ['a short hash', { planHash: 'aaaaaaaa' }, 400, 'bad_payload'],
  ['an unknown key', { ...approval, force: true }, 400, 'bad_payload'],
])('approving %s is refused and counts for nothing', async (_title, body, status, code) => {
  const incident = await given()
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), body)).toMatchObject({
    status,
    body: { error: { code } },
  })
  expect(await messages(incident)).toEqual([])
})

test('a gate may ask for a function that not every approver has', async () => {
  const incident = await given({ approvers: ['role:on-call'] })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden', fields: { approvers: ['role:on-call'] } } },
  })
  expect(await api.call('on-call', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    status: 200,
  })
})

test('after its time a gate is nobody’s any more', async () => {
  const incident = await given({ expiresAtMs: api.now.ms - 1 })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    status: 409,
    body: { error: { code: 'gate_already_decided', fields: { state: 'expired' } } },
  })
})

test('a gate that is not there', async () => {
  const incident = await givenIncident(api.database.pool, { atMs: api.now.ms })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    status: 404,
  })
  for (const path of ['x/0', 'x%00/1']) {
    expect(
      await api.call('approver', 'POST', `/v1/incidents/${incident}/gates/${path}/approve`, approval),
    ).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
  }
})

test('an outcome gate takes an answer, and only that', async () => {
  const incident = await given({ kind: 'outcome' })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'approve'), approval)).toMatchObject({
    status: 404,
  })
  expect(
    await api.call('approver', 'POST', gateUrl(incident, 'decide'), { answer: 'perhaps' }),
  ).toMatchObject({ status: 400 })
  expect(
    await api.call('approver', 'POST', gateUrl(incident, 'decide'), { answer: 'not-done' }),
  ).toMatchObject({ status: 200 })
  expect(await api.call('approver', 'POST', gateUrl(incident, 'decide'), { answer: 'done' })).toMatchObject({
    status: 409,
    body: { error: { code: 'gate_already_decided', fields: { by: 'approver' } } },
  })
  expect(await messages(incident)).toEqual([{ kind: 'outcome-decided' }])
})

async function given(gate: Partial<Parameters<typeof givenGate>[2]> = {}): Promise<string> {
  const incident = await givenIncident(api.database.pool, { atMs: api.now.ms })
  await givenGate(api.database.pool, incident, { atMs: api.now.ms, ...gate })
  return incident
}

function gateUrl(incident: string, verb: 'approve' | 'deny' | 'decide'): string {
  return `/v1/incidents/${incident}/gates/restart-api/1/${verb}`
}

async function messages(incident: string): Promise<{ kind: string }[]> {
  const { rows } = await api.database.pool.query<{ kind: string }>(
    'select kind from message where incident = $1 order by id',
    [incident],
  )
  return rows
}
