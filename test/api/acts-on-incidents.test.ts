import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenIncident } from '../support/incidents.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

test('the first acknowledgement counts, and a second is told whose it was', async () => {
  const number = await given()
  const at = new Date(api.now.ms).toISOString()
  const answers = await Promise.all([
    act('responder', number, 'acknowledge'),
    act('on-call', number, 'acknowledge'),
  ])
  const first = answers.find(({ body }) => body.isFirst)!
  const second = answers.find(({ body }) => !body.isFirst)!
  expect(second.body).toEqual({ ...first.body, isFirst: false, at })
  expect(await detail(number)).toMatchObject({ acknowledgedAt: at, acknowledgedBy: first.body.by })
})

test('a note is text, whatever it looks like', async () => {
  const number = await given()
  await act('admin', number, 'notes', { text: '<script>alert(1)</script> \0 \ud800' })
  const { timeline } = await detail(number)
  expect(timeline.at(-1)).toMatchObject({
    kind: 'note',
    actor: 'person:admin',
    data: { text: '<script>alert(1)</script> \u{fffd} \u{fffd}' },
  })
})

test('severity and impact are what the person says', async () => {
  const number = await given()
  expect(
    await act('responder', number, 'severity', { severity: 'SEV1', reason: 'checkout\0 is down' }),
  ).toMatchObject({
    status: 200,
    body: { number, severity: 'SEV1' },
  })
  expect(await act('responder', number, 'impact', { impact: 'yes' })).toMatchObject({
    status: 200,
    body: { number, impact: 'yes' },
  })
  expect(await detail(number)).toMatchObject({ severity: 'SEV1', impact: 'yes' })
})

test('ending an incident while alerts fire needs a reason, and ends it once', async () => {
  const number = await given({ alerts: 2 })
  expect(await act('responder', number, 'resolve')).toMatchObject({
    status: 409,
    body: { error: { code: 'reason_required' } },
  })
  expect(await act('responder', number, 'resolve', { reason: 'failed over' })).toMatchObject({
    status: 200,
    body: { alertsFiring: 2 },
  })
  expect(await act('on-call', number, 'cancel', { reason: 'too late' })).toMatchObject({
    status: 409,
    body: { error: { code: 'incident_not_open' } },
  })
})

test('an incident that should not have been opened is cancelled, with a reason', async () => {
  const number = await given()
  expect(await act('responder', number, 'cancel', {})).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_payload' } },
  })
  expect(await act('responder', number, 'cancel', { reason: 'a load test' })).toMatchObject({ status: 200 })
})

describe('what does not fit is refused, field by field', () => {
  test.each([
    ['an unknown severity', 'severity', { severity: 'SEV9' }, ['severity']],
    ['two faults at once', 'severity', { severity: 'SEV9', because: 'x' }, ['severity', 'body']],
    ['an empty note', 'notes', { text: '   ' }, ['text']],
    ['a note without end', 'notes', { text: 'x'.repeat(8_193) }, ['text']],
    ['a list', 'notes', ['text'], ['body']],
    ['a body where none belongs', 'acknowledge', { by: 'somebody-else' }, ['body']],
  ])('%s', async (_title, path, body, fields) => {
    const answer = await act('on-call', await given(), path, body)
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_payload' } } })
    expect(answer.body.error.fields.faults.map(({ field }: { field: string }) => field)).toEqual(fields)
  })
  test('keys that would reach a prototype', async () => {
    const number = await given()
    const response = await api.app.inject({
      method: 'POST',
      url: `/v1/incidents/${number}/notes`,
      headers: {
        authorization: 'Bearer canary-token-of-admin-0123456789',
        'content-type': 'application/json',
      },
      payload: '{"text":"x","__proto__":{"isAdmin":true}}',
    })
    expect(response.json().error.code).toBe('bad_json')
  })
  test('an incident that is none', async () => {
    expect(await act('responder', 'INC-2020-01-01-001', 'acknowledge')).toMatchObject({ status: 404 })
    expect(await act('responder', 'INC-1', 'acknowledge')).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request' } },
    })
  })
})

test('a freeze is on from the answer on, and everybody sees who did it', async () => {
  const number = await given()
  const at = new Date(api.now.ms).toISOString()
  const frozen = { isOn: true, changedBy: 'responder', changedAt: at, reason: 'wait for the database team' }
  expect(
    await api.call('responder', 'POST', '/v1/freeze', { on: true, reason: frozen.reason }),
  ).toMatchObject({ status: 200, body: frozen })
  expect(await api.call('viewer', 'GET', '/v1/freeze')).toMatchObject({ body: frozen })
  expect(await api.call('admin', 'POST', '/v1/freeze', { on: false })).toMatchObject({
    body: { isOn: false, changedBy: 'admin' },
  })
  const { rows } = await api.database.pool.query('select body from message where incident = $1 order by id', [
    number,
  ])
  expect(rows).toEqual([{ body: { on: true, by: 'responder' } }, { body: { on: false, by: 'admin' } }])
})

const given = (incident: { alerts?: number } = {}): Promise<string> =>
  givenIncident(api.database.pool, { atMs: api.now.ms, ...incident })

const act = (
  as: Parameters<ApiUnderTest['call']>[0],
  number: string,
  path: string,
  body: unknown = {},
): ReturnType<ApiUnderTest['call']> => api.call(as, 'POST', `/v1/incidents/${number}/${path}`, body)

const detail = async (number: string) => (await api.call('viewer', 'GET', `/v1/incidents/${number}`)).body
