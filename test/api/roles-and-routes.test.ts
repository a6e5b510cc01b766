import Fastify from 'fastify'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../api/app.ts'
import { documented } from '../../api/documented.ts'
import { Secret } from '../../contracts/secret.ts'
import { liveness } from '../../contracts/views.ts'
import {
  type ApiUnderTest,
  type Somebody,
  startApi,
  testConfiguration,
  urlOf,
} from '../support/api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

const everybody = [
  'anonymous',
  'viewer',
  'responder',
  'approver',
  'admin',
  'auditor',
  'ingest',
  'alertmanager',
  'generic',
] as const satisfies Somebody[]

/**
 * Who gets past the door of each route: v(iewer) r(esponder) a(pprover) A(dmin) u(auditor) i(ngest) M (alertmanager
 * source) G (generic source) - (nobody: no token at all).
 */
const golden: Record<string, string> = {
  'POST /v1/webhooks/alertmanager': 'iM',
  'POST /v1/webhooks/generic': 'iG',
  'GET /v1/alerts/active': 'vraAu',
  'GET /v1/alerts/history': 'vraAu',
  'GET /v1/rules': 'vraAu',
  'GET /v1/incidents': 'vraAu',
  'GET /v1/incidents/:number': 'vraAu',
  'GET /v1/incidents/:number/timeline': 'vraAu',
  'GET /v1/incidents/:number/events': 'vraAu',
  'GET /v1/events': 'vraAu',
  'GET /v1/incidents/:number/runbook': 'vraAu',
  'GET /v1/incidents/:number/histories': 'Au',
  'GET /v1/incidents/:number/histories/:runId': 'Au',
  'GET /v1/audit/entries': 'Au',
  'GET /v1/audit/rows': 'Au',
  'POST /v1/incidents/:number/acknowledge': 'ra',
  'POST /v1/incidents/:number/notes': 'raA',
  'POST /v1/incidents/:number/severity': 'ra',
  'POST /v1/incidents/:number/impact': 'ra',
  'GET /v1/incidents/:number/rebase': 'vraAu',
  'POST /v1/incidents/:number/rebase': 'aA',
  'POST /v1/incidents/:number/resolve': 'ra',
  'POST /v1/incidents/:number/cancel': 'ra',
  'GET /v1/gates': 'vraAu',
  'POST /v1/incidents/:number/gates/:step/:attempt/approve': 'a',
  'POST /v1/incidents/:number/gates/:step/:attempt/deny': 'a',
  'POST /v1/incidents/:number/gates/:step/:attempt/decide': 'a',
  'POST /v1/incidents/:number/gates/:step/:attempt/tick': 'ra',
  'GET /v1/postmortems': 'vraAu',
  'GET /v1/incidents/:number/postmortem': 'vraAu',
  'PUT /v1/incidents/:number/postmortem': 'raA',
  'POST /v1/incidents/:number/postmortem/review': 'ra',
  'POST /v1/incidents/:number/postmortem/publish': 'ra',
  'POST /v1/incidents/:number/postmortem/reopen': 'raA',
  'GET /v1/action-items': 'vraAu',
  'POST /v1/incidents/:number/action-items/:item/done': 'raA',
  'GET /v1/routines': 'vraAu',
  'POST /v1/routines/:name/run': 'ra',
  'GET /v1/runbooks': 'vraAu',
  'GET /v1/runbooks/:name': 'vraAu',
  'GET /v1/runbooks/:name/history': 'vraAu',
  'POST /v1/runbooks/check': 'raA',
  'PUT /v1/runbooks': 'A',
  'POST /v1/runbooks/test': 'raA',
  'GET /v1/freeze': 'vraAu',
  'POST /v1/freeze': 'raA',
  'GET /v1/contacts': 'vraAu',
  'POST /v1/contacts/:name/test': 'A',
  'GET /incidents/:number': '-vraAuiMG',
  'GET /v1/status': 'vraAu',
  'GET /metrics': 'vraAu',
  'GET /healthz': '-vraAuiMG',
  'GET /readyz': '-vraAuiMG',
  'GET /schemas/configuration.json': '-vraAuiMG',
  'GET /schemas/runbook.json': '-vraAuiMG',
  'GET /openapi.json': '-vraAuiMG',
  'GET /openapi.yaml': '-vraAuiMG',
  'GET /docs': '-vraAuiMG',
  'GET /docs/:file': '-vraAuiMG',
}
const letters: Record<(typeof everybody)[number], string> = {
  anonymous: '-',
  viewer: 'v',
  responder: 'r',
  approver: 'a',
  admin: 'A',
  auditor: 'u',
  ingest: 'i',
  alertmanager: 'M',
  generic: 'G',
}

test('the table names every route and no other', async () => {
  await api.app.ready()
  expect(api.app.routeTable.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(
    Object.keys(golden).toSorted(),
  )
})

test.each(Object.keys(golden))('%s', async route => {
  // Only methods of the table above.
  const [method, path] = route.split(' ') as ['GET' | 'POST' | 'PUT', string]
  const url = urlOf(path)
  let allowed = ''
  for (const somebody of everybody) {
    // A body that fits nowhere: past the door it is refused as 400 or 404, and nothing happens.
    const answer = await api.call(somebody, method, url, method === 'GET' ? undefined : { nothing: true })
    const isRefused = answer.status === 401 || answer.status === 403
    expect(answer.status === 401).toBe(isRefused && somebody === 'anonymous')
    if (!isRefused) allowed += letters[somebody]
  }
  expect(allowed).toBe(golden[route])
})

test('a refusal names the roles that may', async () => {
  const answer = await api.call('viewer', 'POST', '/v1/incidents/INC-2026-01-01-001/acknowledge', {})
  expect(answer.body.error).toMatchObject({ code: 'forbidden', fields: { roles: ['responder', 'approver'] } })
})

test('lifting a freeze asks for more than setting it', async () => {
  expect(await api.call('responder', 'POST', '/v1/freeze', { on: false })).toMatchObject({
    status: 403,
    body: { error: { fields: { roles: ['approver', 'admin'] } } },
  })
  expect(await api.call('admin', 'POST', '/v1/freeze', { on: false })).toMatchObject({ status: 200 })
})

test('a route that does not say who may use it stops the start', async () => {
  expect(() => newApp().get('/forgotten', () => 'open to all')).toThrow('GET /forgotten declares no access')
  const inPlugin = newApp()
  void inPlugin.register(async scope => void scope.get('/forgotten', () => 'open to all'))
  await expect(inPlugin.ready()).rejects.toThrow('GET /forgotten declares no access')
})

test('a route that is not documented stops the start', async () => {
  const config = { access: 'public' } as const
  expect(() => newApp().get('/forgotten', { config }, () => 'secret')).toThrow(
    'GET /forgotten is not documented',
  )
})

test('a route without an example stops the start', () => {
  expect(() => newApp().get('/bare', bare({ examples: {} }), () => ({ isAlive: true as const }))).toThrow(
    'GET /bare has no example',
  )
})

test('a reply without a name in the documentation stops the start', async () => {
  const app = newApp()
  const nameless = bare({ schema: { response: { 200: z.strictObject({ isAlive: z.literal(true) }) } } })
  app.get('/bare', nameless, () => ({ isAlive: true as const }))
  await expect(app.ready()).rejects.toThrow('The reply of GET /bare is not registered')
})

test('two that share a token stop the start', () => {
  const [first, second] = testConfiguration.principals
  const principals = [first!, { ...second!, token: new Secret(first!.token.reveal()) }]
  expect(() => newApp({ ...testConfiguration, sources: [], principals })).toThrow(
    'principal viewer and principal responder have the same token',
  )
})

test('an unknown route says so to everybody, in our words', async () => {
  expect(await api.call('anonymous', 'GET', '/v1/nothing?token=secret-in-a-query')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  })
})

test('a path that cannot be decoded is refused in our words', async () => {
  expect(await api.call('viewer', 'GET', '/v1/incidents/%zz')).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_request', requestId: expect.any(String) } },
  })
})

function bare(changes: Partial<Parameters<typeof documented>[0]>): ReturnType<typeof documented> {
  return documented({
    access: 'public',
    chapter: 'Service',
    id: 'bare',
    summary: 'A route',
    description: 'Of this test.',
    schema: { response: { 200: liveness } },
    examples: { alive: { summary: 'It lives', reply: { isAlive: true } } },
    ...changes,
  })
}

function newApp(configuration = testConfiguration): ReturnType<typeof createApp> {
  const { log } = Fastify()
  return createApp({ pool: api.database.pool, configuration, clock: Date.now, log, version: 'test' })
}
