import { pino } from 'pino'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type ApiUnderTest, type Somebody, startApi } from '../support/api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

const webhook = '/v1/webhooks/generic'
const backup = { title: 'Backup failed' }

test.each<[string, 'debug' | 'info', Somebody, 'GET' | 'POST', string, unknown]>([
  ['a refused webhook', 'info', 'generic', 'POST', webhook, { no: 'title' }],
  ['a webhook of nobody', 'info', 'stranger', 'POST', webhook, backup],
  ['what a person reads', 'info', 'viewer', 'GET', '/v1/incidents', undefined],
  ['a probe that succeeds', 'debug', 'anonymous', 'GET', '/healthz', undefined],
])('%s: a line at %s', async (_, level, somebody, method, url, body) => {
  expect(await lineOf(() => api.call(somebody, method, url, body))).toMatchObject({ level })
})

test('an accepted webhook is a row and a count: a line at debug, unless it took long', async () => {
  const accepted = (): Promise<unknown> => api.call('generic', 'POST', webhook, backup)
  const line = await lineOf(accepted)
  expect(line).toMatchObject({ status: 202, level: line.tookMs < 250 ? 'debug' : 'info' })
  const { pool } = api.database
  await pool.query(`create function dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.3); return new; end $$`)
  await pool.query('create trigger dawdle before insert on delivery for each row execute function dawdle()')
  expect(await lineOf(accepted)).toMatchObject({ status: 202, level: 'info' })
})

interface Line {
  level: string
  msg: string
  status: number
  tookMs: number
}

/** The line that a request leaves; it comes after the answer. */
async function lineOf(ask: () => Promise<unknown>): Promise<Line> {
  const before = answeredLines().length
  await ask()
  await vi.waitFor(() => expect(answeredLines()).toHaveLength(before + 1))
  return answeredLines().at(-1)!
}

function answeredLines(): Line[] {
  const lines = api
    .logged()
    .split('\n')
    .filter(line => line !== '')
  return lines
    .map(line => JSON.parse(line) as Omit<Line, 'level'> & { level: number })
    .filter(({ msg }) => msg === 'answered')
    .map(line => ({ ...line, level: pino.levels.labels[line.level]! }))
}
