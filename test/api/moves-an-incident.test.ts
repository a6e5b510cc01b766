import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { appendEntries } from '../../store/audit-log.ts'
import { inTransaction } from '../../store/database.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenIncident } from '../support/incidents.ts'
import { newVersion } from '../support/versions.ts'

let api: ApiUnderTest
const place = { system: 'shop', environment: 'test' }
const places = [{ ...place, name: 'shop-replica', kind: 'postgres', role: 'db' }] as const
beforeAll(async () => void (api = await startApi(inject('postgresUrl'), { places })))
afterAll(() => api.close())

const next = `
inputs: { most: { type: int, unit: sessions, default: 50, min: 1, max: 200, describe: How many } }
triage: { checks: { pool: { uses: postgres.connections, target: db } }, severity: [ { is: SEV4 } ] }
mitigate:
  - { id: end-idle, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: { input: most } },
      verify: { check: pool, until: value.used_ratio < 0.7, for: 10s, within: 1m }, undo: { none: they reconnect } }
escalate: [ { after: 0m, page: [on-call] } ]
`

test('the incident shows the version in force, with what its roles and inputs mean there; the one before can still be read', async () => {
  const number = await given()
  const { hash: to } = await newVersion(api.database.pool, number, next)
  const at = `/v1/incidents/${number}/rebase`
  const { body: before } = await api.call('viewer', 'GET', `/v1/incidents/${number}`)
  expect(before).toMatchObject({ runbookHash: 'runbook-hash', runbookHashInForce: to })
  const offered = await api.call('viewer', 'GET', at)
  expect(offered).toMatchObject({ status: 200, body: { from: { hash: 'runbook-hash' }, to: { hash: to } } })
  const body = { to, reason: 'another target' }
  expect(await api.call('responder', 'POST', at, body)).toMatchObject({ status: 403 })
  const moved = { number, from: 'runbook-hash', to, isChange: true }
  expect(await api.call('approver', 'POST', at, body)).toMatchObject({ status: 200, body: moved })
  const { body: shown } = await api.call('viewer', 'GET', `/v1/incidents/${number}`)
  expect(shown).toMatchObject({
    runbookHash: to,
    bindings: [
      { role: 'db', target: 'shop-replica' },
      { role: 'api', problem: 'unbound' },
    ],
    inputs: [{ name: 'most', value: 50, source: 'default' }],
  })
  expect(shown.timeline.at(-1)).toMatchObject({ kind: 'runbook.rebased', actor: 'person:approver' })
  const runbook = `/v1/incidents/${number}/runbook`
  expect(await api.call('viewer', 'GET', runbook)).toMatchObject({ body: { hash: to } })
  const replaced = await api.call('viewer', 'GET', `${runbook}?version=runbook-hash`)
  expect(replaced).toMatchObject({ status: 200, body: { hash: 'runbook-hash' } })
  expect(await api.call('viewer', 'GET', `${runbook}?version=none`)).toMatchObject({ status: 404 })
})

test('who is called next is known by the version it was moved to, however much was written since', async () => {
  const number = await given()
  const { hash: to } = await newVersion(api.database.pool, number, next)
  api.now.ms += 60_000
  const movedAtMs = api.now.ms
  await api.call('approver', 'POST', `/v1/incidents/${number}/rebase`, { to })
  const note = { kind: 'note', actor: 'person:ana', atMs: movedAtMs, incident: number } as const
  const notes = Array.from({ length: 1_001 }, (_, nth) => ({ ...note, data: { text: `look ${nth}` } }))
  await inTransaction(api.database.pool, tx => appendEntries(tx, notes))
  const { body } = await api.call('viewer', 'GET', `/v1/incidents/${number}`)
  expect(body.nextPage).toMatchObject({ dueAt: new Date(movedAtMs).toISOString() })
})

async function given(): Promise<string> {
  const number = await givenIncident(api.database.pool, { atMs: api.now.ms })
  await api.database.pool.query('update incident set workflow_started_at = opened_at where number = $1', [
    number,
  ])
  return number
}
