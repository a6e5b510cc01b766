import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../../store/database.ts'
import { type ApiUnderTest, people, sources, startApi, tokenOf, urlOf } from '../support/api-under-test.ts'
import { givenGate, givenIncident } from '../support/incidents.ts'

let api: ApiUnderTest
let answers = ''
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

const everybody = [...people, ...sources, 'on-call', 'stranger'] as const
const databasePassword = 'canary-database-password'

test('no token turns up in an answer, a log line or the database, whatever goes wrong', async () => {
  const { pool } = api.database
  const number = await givenIncident(pool, { atMs: api.now.ms, alerts: 1 })
  await givenGate(pool, number, { atMs: api.now.ms })
  for (const somebody of everybody) {
    for (const { method, url } of api.app.routeTable) {
      const path = urlOf(url, number)
      const body = method === 'GET' ? undefined : { reason: 'x', text: 'x', on: true, severity: 'SEV9' }
      keep(await api.call(somebody, method === 'GET' ? 'GET' : 'POST', path, body))
      keep(
        await api.call(
          somebody,
          method === 'GET' ? 'GET' : 'POST',
          `${path}${path.includes('?') ? '&' : '?'}token=${tokenOf(somebody)}`,
        ),
      )
    }
    // In places where somebody might paste it.
    keep(await api.call(somebody, 'GET', `/v1/${tokenOf(somebody)}`))
    keep(await api.call(somebody, 'GET', `/v1/incidents/${tokenOf(somebody)}`))
  }
  expect(answers).toContain('unauthenticated')
  expect(api.logged()).toContain('"status":')
  expect(placesOf('canary-token', answers)).toEqual([])
  expect(placesOf('canary-token', api.logged())).toEqual([])
  expect(placesOf('canary-token', await everyRow())).toEqual([])
})

test('a database that refuses tells nobody its password', async () => {
  const { hostname, port } = new URL(inject('postgresUrl'))
  const pools = [`no-such-database`, 'postgres'].map(name =>
    openDatabase(
      `postgresql://nobody:${databasePassword}@${hostname}:${name === 'postgres' ? 1 : port}/${name}`,
    ),
  )
  for (const pool of pools) {
    const cut = await startApi(inject('postgresUrl'), { pool })
    for (const url of ['/v1/incidents', '/v1/status', '/metrics', '/readyz']) {
      const answer = await cut.call('admin', 'GET', url)
      expect(answer.text).not.toMatch(/canary|nobody/)
    }
    expect(cut.logged()).not.toContain(databasePassword)
    await cut.close()
    await pool.end()
  }
})

/** What stands around each occurrence; whole answers would drown it. */
function placesOf(canary: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`.{0,80}${canary}.{0,20}`, 'g'))].map(([place]) => place)
}

function keep(answer: { text: string; headers: Record<string, unknown> }): void {
  answers += answer.text + JSON.stringify(answer.headers)
}

async function everyRow(): Promise<string> {
  const { rows: tables } = await api.database.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'paramedic'`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await api.database.pool.query<{ row: string | null }>(
      `select string_agg(t::text, ' ') as row from ${name} t`,
    )
    texts.push(rows[0]!.row ?? '')
  }
  return texts.join(' ')
}
