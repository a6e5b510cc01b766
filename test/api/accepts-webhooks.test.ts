import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { openDatabase } from '../../store/database.ts'
import { type ApiUnderTest, authorization, startApi } from '../support/api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

const alertmanagerUrl = '/v1/webhooks/alertmanager'
const alert = { status: 'firing', labels: { alertname: 'ShopDown' }, startsAt: '2026-03-01T12:00:00Z' }

test('a delivery is answered 202 with its id and is on record, byte for byte', async () => {
  const body = { groupKey: 'g', alerts: [alert, { ...alert, labels: { alertname: 'Other' } }] }
  const answer = await api.call('alertmanager', 'POST', alertmanagerUrl, body)
  expect(answer).toMatchObject({ status: 202, body: { accepted: 2 } })
  const { rows } = await api.database.pool.query(
    'select source, state, body, alert_count from delivery where id = $1',
    [answer.body.deliveryId],
  )
  expect(rows).toEqual([
    {
      source: 'alertmanager-source',
      state: 'accepted',
      body: Buffer.from(JSON.stringify(body)),
      alert_count: 2,
    },
  ])
  const events = await api.database.pool.query(
    'select name from alert_event where delivery_id = $1 order by id',
    [answer.body.deliveryId],
  )
  expect(events.rows).toEqual([{ name: 'ShopDown' }, { name: 'Other' }])
})

test('the generic webhook, and a person with the role ingest', async () => {
  expect(await api.call('generic', 'POST', '/v1/webhooks/generic', { title: 'Backup failed' })).toMatchObject(
    { status: 202 },
  )
  expect(await api.call('ingest', 'POST', '/v1/webhooks/generic', { title: 'Backup failed' })).toMatchObject({
    status: 202,
  })
})

test('the answer waits for the commit', async () => {
  const locker = await api.database.pool.connect()
  await locker.query('begin')
  await locker.query('lock table alert_event in access exclusive mode')
  let isAnswered = false
  const answering = api
    .call('alertmanager', 'POST', alertmanagerUrl, { alerts: [alert] })
    .finally(() => (isAnswered = true))
  await delay(200)
  expect(isAnswered).toBe(false)
  await locker.query('commit')
  locker.release()
  expect(await answering).toMatchObject({ status: 202 })
})

test('a statement that hangs is a database that is down', async () => {
  const locker = await api.database.pool.connect()
  await locker.query('begin')
  await locker.query('lock table alert_event in access exclusive mode')
  expect(await api.call('alertmanager', 'POST', alertmanagerUrl, { alerts: [alert] })).toMatchObject({
    status: 503,
    body: { error: { code: 'database_unavailable' } },
  })
  await locker.query('commit')
  locker.release()
})

describe('hostile labels are kept and harm nothing', () => {
  test.each([
    ['NUL', '{"alertname":"a\\u0000b"}', { alertname: 'a\u{fffd}b' }],
    ['half a surrogate pair', '{"alertname":"a\\ud800b"}', { alertname: 'a\u{fffd}b' }],
    [
      '`__proto__`',
      '{"alertname":"X","__proto__":"p","constructor":"c"}',
      JSON.parse('{"alertname":"X","__proto__":"p","constructor":"c"}'),
    ],
    [
      'a name that is SQL',
      `{"alertname":"'; drop table alert; --"}`,
      { alertname: "'; drop table alert; --" },
    ],
  ])('%s', async (_title, labels, kept) => {
    const payload = `{"alerts":[{"status":"firing","startsAt":"2026-03-01T12:00:00Z","labels":${labels}}]}`
    const response = await send(payload)
    expect(response.statusCode).toBe(202)
    const { rows } = await api.database.pool.query('select labels from alert_event where delivery_id = $1', [
      response.json().deliveryId,
    ])
    expect(new Map(Object.entries(rows[0].labels))).toEqual(new Map(Object.entries(kept)))
  })
  test('a label of 100,000 characters', async () => {
    const response = await send(
      JSON.stringify({ alerts: [{ ...alert, labels: { alertname: 'x'.repeat(100_000) } }] }),
    )
    const { rows } = await api.database.pool.query(
      'select name, labels from alert_event where delivery_id = $1',
      [response.json().deliveryId],
    )
    expect(rows[0].labels.alertname).toHaveLength(limits.labelValueLength)
    expect(rows[0].name.length).toBeLessThanOrEqual(256)
  })
})

test.each([
  ['a start in the year 0', { startsAt: '0000-06-01T00:00:00Z' }, {}],
  ['a start before the year 1 by its offset', { startsAt: '0001-01-01T00:00:00+10:00' }, {}],
  ['an end after the year 9999 by its offset', { endsAt: '9999-12-31T23:59:59-12:00' }, {}],
  ['more alerts left out than anybody can count', {}, { truncatedAlerts: Number.MAX_SAFE_INTEGER }],
])('%s costs no alert', async (_title, times, group) => {
  const body = { ...group, alerts: [{ ...alert, status: 'resolved', ...times }] }
  expect(await api.call('alertmanager', 'POST', alertmanagerUrl, body)).toMatchObject({
    status: 202,
    body: { accepted: 1 },
  })
})

describe('what cannot be read is refused and kept', () => {
  test.each([
    ['no JSON', '{"alerts": [ \u0000', 'application/json', 400, 'bad_json', 'rejected'],
    ['nothing', '', 'application/json', 400, 'bad_json', 'rejected'],
    ['another shape', '{"hello":1}', 'application/json', 400, 'bad_payload', 'quarantined'],
    ['a form', 'a=1', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type', 'rejected'],
    ['JSON sent as text', '{"alerts":[]}', 'text/plain', 415, 'unsupported_media_type', 'rejected'],
    [
      'too much',
      `{"x":"${'x'.repeat(limits.alertmanagerBodyBytes)}"}`,
      'application/json',
      413,
      'too_large',
      'rejected',
    ],
    ['only depth', '['.repeat(2 * 1024 * 1024), 'application/json', 400, 'too_deep', 'rejected'],
    [
      'deep JSON that fits together',
      `${'{"a":['.repeat(100_000)}${']}'.repeat(100_000)}`,
      'application/json',
      400,
      'too_deep',
      'rejected',
    ],
  ])('%s', async (_title, payload, contentType, status, code, state) => {
    const response = await send(payload, { 'content-type': contentType })
    expect(response.statusCode).toBe(status)
    expect(response.json().error).toMatchObject({
      code,
      requestId: expect.any(String),
      hint: expect.any(String),
    })
    const { rows } = await api.database.pool.query(
      'select state, problem from delivery order by id desc limit 1',
    )
    expect(rows[0]).toMatchObject({ state, problem: expect.any(String) })
  })
})

test('a compressed body is named as such, kept as a delivery that came, and told what would be taken', async () => {
  const payload = gzipSync(JSON.stringify({ alerts: [alert] }))
  const response = await send(payload, { 'content-encoding': 'gzip' })
  expect(response.statusCode).toBe(415)
  expect(response.headers['accept-encoding']).toBe('identity')
  expect(response.json().error).toMatchObject({
    code: 'unsupported_encoding',
    hint: expect.stringContaining('Content-Encoding'),
  })
  const { rows } = await api.database.pool.query(
    'select state, problem from delivery order by id desc limit 1',
  )
  expect(rows[0]).toMatchObject({ state: 'rejected', problem: expect.stringContaining('compressed') })
  expect(
    (await send(JSON.stringify({ alerts: [alert] }), { 'content-encoding': 'identity' })).statusCode,
  ).toBe(202)
})

test.each([
  ['application/json; charset=utf-8', 202],
  ['APPLICATION/JSON', 202],
  ['application/json;', 202],
  ['application/jsonx', 415],
  ['application/json garbage', 415],
  ['application/json, text/plain', 415],
  ['application\\json', 415],
  ['application/vnd.api+json', 415],
])('a body sent as %s is answered %i', async (contentType, status) => {
  const response = await send(JSON.stringify({ alerts: [alert] }), { 'content-type': contentType })
  expect(response.statusCode).toBe(status)
})

describe('nobody is heard before saying who it is', () => {
  test.each([
    ['no token', {}],
    ['an unknown token', authorization('stranger')],
    [
      'a token in another scheme',
      { authorization: `Basic ${authorization('alertmanager')['authorization']!.slice(7)}` },
    ],
  ])('%s', async (_title, headers) => {
    const before = await count()
    const response = await api.app.inject({
      method: 'POST',
      url: alertmanagerUrl,
      headers: { 'content-type': 'application/json', ...headers },
      payload: '{broken',
    })
    expect(response.statusCode).toBe(401)
    expect(response.json().error.code).toBe('unauthenticated')
    expect(await count()).toBe(before)
  })
  test('a token in the query is none', async () => {
    const token = authorization('alertmanager')['authorization']!.slice(7)
    const response = await api.app.inject({
      method: 'POST',
      url: `${alertmanagerUrl}?token=${token}&access_token=${token}`,
      payload: { alerts: [alert] },
    })
    expect(response.statusCode).toBe(401)
  })
  test('a source of another kind', async () => {
    expect(await api.call('generic', 'POST', alertmanagerUrl, { alerts: [alert] })).toMatchObject({
      status: 403,
    })
  })
})

describe('without PostgreSQL', () => {
  test.each([
    ['that refuses connections', 'postgresql://postgres@127.0.0.1:1/none'],
    ['that is silent', undefined],
  ])('%s: 503 within its time, and try again', async (_title, given) => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const url =
      given ?? `postgresql://postgres@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/none`
    const pool = openDatabase(url)
    const cut = await startApi(inject('postgresUrl'), { pool })
    const startedAt = performance.now()
    const answer = await cut.call('alertmanager', 'POST', alertmanagerUrl, { alerts: [alert] })
    expect(performance.now() - startedAt).toBeLessThan(limits.databaseWaitMs + 500)
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'database_unavailable' } } })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(5)
    expect(await cut.call('viewer', 'GET', '/v1/incidents')).toMatchObject({ status: 503 })
    expect(await cut.call('anonymous', 'GET', '/readyz?for=intake')).toMatchObject({
      status: 503,
      body: { isReady: false },
    })
    expect(await cut.call('anonymous', 'GET', '/healthz')).toMatchObject({ status: 200 })
    expect((await cut.call('admin', 'GET', '/metrics')).text).toContain(
      'paramedic_http_request_duration_seconds',
    )
    silent.close()
    await cut.close()
    await pool.end()
  })
})

function send(payload: string | Buffer, headers: Record<string, string> = {}) {
  return api.app.inject({
    method: 'POST',
    url: alertmanagerUrl,
    headers: { 'content-type': 'application/json', ...authorization('alertmanager'), ...headers },
    payload,
  })
}

async function count(): Promise<number> {
  const { rows } = await api.database.pool.query<{ count: number }>(
    'select count(*)::int as count from delivery',
  )
  return rows[0]!.count
}
