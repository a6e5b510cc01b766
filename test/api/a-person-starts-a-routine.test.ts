import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { createRoutineStarter } from '../../intake/begin-routines.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { createInForceReader } from '../../store/runbooks-in-force.ts'
import { type ApiUnderTest, type Somebody, startApi } from '../support/api-under-test.ts'
import { givenGate, somePlanHash } from '../support/incidents.ts'
import { verifyStored } from '../support/stored-record.ts'

const now = Date.parse('2026-03-02T04:05:00Z')
const place = { kind: 'postgres', role: 'db' } as const
const places = [
  { ...place, name: 'shop-db', system: 'shop', environment: 'production' },
  { ...place, name: 'spare-db', system: 'shop', environment: 'staging', site: 'berlin' },
]

/** The api's clock. */
let at = now
let api: ApiUnderTest
beforeAll(async () => void (api = await startApi(inject('postgresUrl'), { places, clock: () => at })))
afterAll(() => api.close())

let nth = 0
let name = ''
beforeEach(async () => {
  nth += 1
  name = `hourly-${nth}`
  const text = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: Every hour, owner: platform }
targets: { db: postgres }
schedule: { cron: '0 * * * *', zone: UTC, window: 30m, system: shop, environment: production }
inputs: { most: { type: int, unit: sessions, default: 10, max: 50, describe: How many sessions } }
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV3, when: checks.pool.total > inputs.most }, { is: SEV4 } ]
escalate: [ { after: 0m, page: [on-call] } ]
`
  const parsed = parseRunbook(text, 'hourly.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const { runbook, hash } = parsed
  await changeInForce(api.database.pool, { way: 'sync', by: 'ana', atMs: now - 60_000 }, () => ({
    inForce: [{ runbook, hash, file: 'hourly.yaml', source: text }],
    heldBack: [],
  }))
})

async function close(number: string): Promise<void> {
  const closing = { number, seenTransition: 0, outcome: 'recovered', atMs: now } as const
  await inTransaction(api.database.pool, tx => closeIncident(tx, closing))
}

const start = (body: object = {}, as: Somebody = 'responder') =>
  api.call(as, 'POST', `/v1/routines/${name}/run`, body)

test('its incident has the name of whoever started it, the window from now on, and the whole record', async () => {
  const { status, body } = await start()
  expect([status, body]).toEqual([
    200,
    {
      incident: expect.stringMatching(/^INC-2026-03-02-\d{3}$/),
      system: 'shop',
      environment: 'production',
      closesAt: '2026-03-02T04:35:00.000Z',
    },
  ])
  const { body: shown } = await api.call('viewer', 'GET', `/v1/incidents/${body.incident}`)
  expect(shown).toMatchObject({
    bindings: [{ role: 'db', target: 'shop-db' }],
    inputs: [{ name: 'most', value: 10, source: 'default' }],
    routine: { dueAt: '2026-03-02T04:05:00.000Z', needsPeopleSince: null },
    timeline: [
      { kind: 'incident.opened', actor: 'person:responder', data: { routine: { by: 'responder' } } },
    ],
  })
  const { body: listed } = await api.call('viewer', 'GET', '/v1/routines')
  expect(listed.routines[0].last).toMatchObject([{ incident: body.incident, startedBy: 'responder' }])
  expect((await verifyStored(api.database.pool)).rowFaults).toEqual([])
})

test('while it is open nobody starts another, and the time of its schedule is missed', async () => {
  const { body } = await start()
  expect(await start()).toMatchObject({
    status: 409,
    body: { error: { code: 'routine_running', fields: { number: body.incident } } },
  })
  const log = { error: (fields: object) => expect(fields).toBe('nothing') }
  const intake = { runbooks: createInForceReader(), targets: places, log }
  await createRoutineStarter(api.database.pool, intake).pass(now + 56 * 60_000)
  const { body: listed } = await api.call('viewer', 'GET', '/v1/routines')
  expect(listed.routines[0].last[0]).toMatchObject({
    state: 'missed',
    because: `${body.incident}, its run before, is still open`,
  })
})

test('two people at the same moment start it once', async () => {
  const answers = await Promise.all([start(), start(), start()])
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
})

test('a run by hand is no time of its schedule: the next one comes as if there had been none', async () => {
  const { body } = await start()
  await close(body.incident)
  const log = { error: (fields: object) => expect(fields).toBe('nothing') }
  const intake = { runbooks: createInForceReader(), targets: places, log }
  await createRoutineStarter(api.database.pool, intake).pass(now + 55 * 60_000)
  const { body: listed } = await api.call('viewer', 'GET', '/v1/routines')
  expect(listed.routines[0].last).toMatchObject([
    { dueAt: '2026-03-02T05:00:00.000Z', state: 'opened', startedBy: null },
    { startedBy: 'responder' },
  ])
})

test('a run that a person starts in the very millisecond of a time stands beside it', async () => {
  const log = { error: (fields: object) => expect(fields).toBe('nothing') }
  const starter = createRoutineStarter(api.database.pool, {
    runbooks: createInForceReader(),
    targets: places,
    log,
  })
  at = now + 55 * 60_000
  const { body } = await start()
  await close(body.incident)
  await starter.pass(at)
  at = now
  const { body: listed } = await api.call('viewer', 'GET', '/v1/routines')
  expect(listed.routines[0].last).toMatchObject([
    { dueAt: '2026-03-02T05:00:00.000Z', startedBy: null },
    { dueAt: '2026-03-02T05:00:00.000Z', startedBy: 'responder' },
  ])
})

test('a run soon after another one is no sequel of it, and the record says the same', async () => {
  const { body: first } = await start()
  await close(first.incident)
  const { body: second } = await start()
  const { body: shown } = await api.call('viewer', 'GET', `/v1/incidents/${second.incident}`)
  expect(shown.linkedTo).toBeNull()
  const faults = (await verifyStored(api.database.pool)).rowFaults
  expect(faults.filter(({ incident }) => incident === second.incident)).toEqual([])
})

test('another place and other values: what a person says holds, with the site of what is there', async () => {
  const { body } = await start({ environment: 'staging', inputs: { most: '25' } }, 'approver')
  const { body: shown } = await api.call('viewer', 'GET', `/v1/incidents/${body.incident}`)
  expect(shown).toMatchObject({
    environment: 'staging',
    bindings: [{ role: 'db', target: 'spare-db', site: 'berlin' }],
    inputs: [{ name: 'most', value: 25, source: 'given' }],
  })
})

test('who may not approve starts it where its schedule says, and nowhere else', async () => {
  expect(await start({ environment: 'staging' })).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden' } },
  })
  expect((await start()).status).toBe(200)
})

test.each([
  ['a value beyond its bounds', { inputs: { most: '51' } }, 'inputs.most', 'runbook explain hourly-'],
  ['an input it does not have', { inputs: { least: '1' } }, 'it has most', 'runbook explain hourly-'],
  ['a place like one', { environment: 'stagin' }, 'shop/stagin', 'mean --system shop --environment staging?'],
  ['a system like one', { system: 'shp' }, 'shp/production', 'mean --system shop --environment production?'],
  ['a place like none', { system: 'mail' }, 'mail/production', 'in shop/production, shop/staging.'],
])('%s is refused with what to do, and nothing is begun', async (_, body, told, hint) => {
  const answer = await start(body, 'approver')
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_payload' } } })
  expect(answer.body.error.message).toContain(told)
  expect(answer.body.error.hint).toContain(hint)
  expect((await start()).status).toBe(200)
})

test('a name like that of a routine is answered with it', async () => {
  const answer = await api.call('responder', 'POST', `/v1/routines/${name.replace('rl', 'lr')}/run`, {})
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect(answer.body.error.hint).toContain(`Did you mean ${name}?`)
})

test('whoever has started it cannot approve its steps; another one can, and they may deny', async () => {
  const { pool } = api.database
  const { body: begun } = await start({}, 'approver')
  const decide = async (step: string, as: Somebody, verdict: 'approve' | 'deny') => {
    await givenGate(pool, begun.incident, { atMs: now, step })
    const url = `/v1/incidents/${begun.incident}/gates/${step}/1/${verdict}`
    return api.call(as, 'POST', url, { planHash: somePlanHash })
  }
  const refused = await decide('restart-api', 'approver', 'approve')
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'own_run' } } })
  expect(refused.body.error.hint).toContain('npx paramedic gate list')
  const { body: shown } = await api.call('viewer', 'GET', `/v1/gates?incident=${begun.incident}`)
  expect(shown.gates).toMatchObject([{ state: 'open', votes: [] }])
  const { status, body } = await api.call(
    'on-call',
    'POST',
    `/v1/incidents/${begun.incident}/gates/restart-api/1/approve`,
    { planHash: somePlanHash },
  )
  expect([status, body.state]).toEqual([200, 'approved'])
  expect((await decide('clear-cache', 'approver', 'deny')).body.state).toBe('denied')
  await close(begun.incident)
})

test('nobody acknowledges what needs nobody yet; from then on anybody does', async () => {
  const { pool } = api.database
  const { body: begun } = await start()
  const acknowledge = () => api.call('on-call', 'POST', `/v1/incidents/${begun.incident}/acknowledge`, {})
  const refused = await acknowledge()
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'nobody_called' } } })
  const { body: shown } = await api.call('viewer', 'GET', `/v1/incidents/${begun.incident}`)
  expect(shown.acknowledgedAt).toBeNull()
  await pool.query('update incident set needs_people_at = $2 where number = $1', [
    begun.incident,
    new Date(now),
  ])
  expect(await acknowledge()).toMatchObject({ status: 200, body: { isFirst: true } })
  await close(begun.incident)
})
