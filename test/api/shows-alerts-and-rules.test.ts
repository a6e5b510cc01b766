import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { createRelay } from '../../intake/relay.ts'
import { saveRunbookVersion } from '../support/runbook-version.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { eventually, reportAlert } from '../support/incident-harness.ts'
import { emptyRunbook } from '../support/incidents.ts'
import { phaseOf, runEngine } from '../support/rule-engines.ts'
import { someRule } from '../support/rules.ts'

let api: ApiUnderTest
beforeAll(async () => void (api = await startApi(inject('postgresUrl'))))
afterAll(() => api.close())

const minute = 60_000
const startMs = Date.parse('2026-03-01T10:00:00Z')

/** Everything that waits is applied; workflows are nobody's business here. */
async function relayed(atMs: number): Promise<void> {
  const { pool } = api.database
  await saveRunbookVersion(pool, { hash: 'runbook-hash', runbook: emptyRunbook, source: 'a runbook' })
  const runbooks = [{ runbook: emptyRunbook, hash: 'runbook-hash' }]
  const hand = async () => 'delivered' as const
  const workflows = { startWithMessage: hand, signal: hand }
  const relay = createRelay(
    pool,
    { runbooks: async () => runbooks, targets: [], log: { error: () => {} } },
    workflows,
  )
  while ((await relay.pass(atMs)) > 0);
}

async function report(
  name: string,
  status: 'firing' | 'resolved',
  atMs: number,
  system = 'shop',
): Promise<void> {
  await reportAlert(api.database.pool, { name, status, atMs, system })
  await relayed(atMs)
}

const names = (body: { alerts: { name: string }[] }) => body.alerts.map(({ name }) => name)

test('what fires is listed until it resolves, and stays in the history with its times and its incident', async () => {
  await report('PoolExhausted', 'firing', startMs)
  await report('CacheErrors', 'firing', startMs + minute, 'orders')
  await report('PoolExhausted', 'resolved', startMs + 5 * minute)
  const active = await api.call('viewer', 'GET', '/v1/alerts/active')
  expect(names(active.body)).toEqual(['CacheErrors'])
  const history = await api.call('viewer', 'GET', '/v1/alerts/history')
  expect(history.body).toMatchObject({
    alerts: [
      { name: 'CacheErrors', status: 'firing', endsAt: null, incident: 'INC-2026-03-01-002' },
      {
        name: 'PoolExhausted',
        status: 'resolved',
        source: 'test',
        labels: { system: 'shop' },
        annotations: { summary: 'PoolExhausted is in trouble' },
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(startMs + 5 * minute).toISOString(),
        incident: 'INC-2026-03-01-001',
      },
    ],
    nextCursor: null,
  })
})

test('one that is muted says until when, as long as that is so', async () => {
  await report('Muted', 'firing', startMs + 20 * minute)
  const { pool } = api.database
  const mutedUntil = async (until: string): Promise<string | null> => {
    await pool.query(`update alert set muted_until = ${until} where name = 'Muted'`)
    return (await api.call('viewer', 'GET', '/v1/alerts/active?name=Muted')).body.alerts[0].mutedUntil
  }
  expect(await mutedUntil(`'2999-03-14T02:00:00Z'`)).toBe('2999-03-14T02:00:00.000Z')
  expect((await api.call('viewer', 'GET', '/v1/status')).body).toMatchObject({ mutedAlerts: 1 })
  expect(await mutedUntil(`now() - interval '1 second'`)).toBeNull()
  expect((await api.call('viewer', 'GET', '/v1/status')).body).toMatchObject({ mutedAlerts: 0 })
})

test('a repeat is no other time it fired; a return is', async () => {
  await report('Returns', 'firing', startMs + 10 * minute)
  await report('Returns', 'firing', startMs + 11 * minute)
  await report('Returns', 'resolved', startMs + 12 * minute)
  await report('Returns', 'firing', startMs + 30 * minute)
  const { body } = await api.call('viewer', 'GET', '/v1/alerts/history?name=Returns')
  expect(body.alerts.map((alert: { status: string }) => alert.status)).toEqual(['firing', 'resolved'])
})

test('filters and cursors lead through everything once', async () => {
  for (let index = 0; index < 7; index += 1) await report(`Paged${index}`, 'firing', startMs + index, 'paged')
  expect(names((await api.call('viewer', 'GET', '/v1/alerts/active?name=Paged3')).body)).toEqual(['Paged3'])
  const seen: string[] = []
  let cursor: number | null = null
  do {
    const query = `?system=paged&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`
    const { body } = await api.call('viewer', 'GET', `/v1/alerts/history${query}`)
    seen.push(...names(body))
    cursor = body.nextCursor
  } while (cursor !== null)
  expect(seen).toEqual(['Paged6', 'Paged5', 'Paged4', 'Paged3', 'Paged2', 'Paged1', 'Paged0'])
})

test('without being asked for less the last two hundred are told, and the cursor leads to those before', async () => {
  const storm = Array.from({ length: 203 }, (_, index) => `Storm${index}`)
  for (const [index, name] of storm.entries())
    await reportAlert(api.database.pool, { name, status: 'firing', atMs: startMs + index, system: 'storm' })
  await relayed(startMs + minute)
  const newest = await api.call('viewer', 'GET', '/v1/alerts/history?system=storm')
  expect(newest.body.alerts).toHaveLength(200)
  const before = await api.call(
    'viewer',
    'GET',
    `/v1/alerts/history?system=storm&cursor=${newest.body.nextCursor}`,
  )
  expect([...names(newest.body), ...names(before.body)].toSorted()).toEqual(storm.toSorted())
  expect(before.body.nextCursor).toBeNull()
})

test.each([
  '/v1/alerts/active?limit=201',
  '/v1/alerts/history?cursor=x',
  '/v1/rules?limit=0',
  '/v1/rules?x=1',
])('%s is refused', async url => {
  expect(await api.call('viewer', 'GET', url)).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_request' } },
  })
})

test('rules tell what they see, what is wrong for a minute is in the status, and no query is told', async () => {
  const { pool } = api.database
  const rules = [
    someRule({ name: 'a-fires', cooldown: '5m', category: 'capacity' }),
    someRule({ name: 'b-fails', metric: { sql: 'select secret_word' } }),
  ]
  const engine = runEngine(pool, rules, rule => {
    if (rule === 'a-fires') return { is: 'value', value: 7 }
    return { is: 'problem', problem: { code: 'not_one_number', message: 'It gave 2 columns.' } }
  })
  onTestFinished(() => engine.stop())
  await eventually(async () => (await phaseOf(pool, 'a-fires')) === 'firing')
  const listed = await eventually(async () => {
    const { body } = await api.call('viewer', 'GET', '/v1/rules?limit=1&cursor=a-fires')
    return body.rules[0]?.problem === null ? undefined : body
  })
  expect(listed).toMatchObject({
    rules: [{ name: 'b-fails', measures: 'sql', value: null }],
    nextCursor: null,
  })
  expect(listed.rules[0].problem).toMatchObject({ code: 'not_one_number', message: 'It gave 2 columns.' })
  const first = await api.call('viewer', 'GET', '/v1/rules?limit=1')
  expect(first.body).toMatchObject({
    rules: [
      { name: 'a-fires', phase: 'firing', value: 7, threshold: 5, category: 'capacity', problem: null },
    ],
    nextCursor: 'a-fires',
  })
  expect(JSON.stringify(listed)).not.toContain('secret_word')

  await engine.stop()
  api.now.ms += 2 * minute
  const { body } = await api.call('viewer', 'GET', '/v1/status')
  const stuck = body.stuck.map(({ what, subject }: { what: string; subject: string }) => [what, subject])
  expect(stuck).toContainEqual(['rule without a value', 'b-fails: It gave 2 columns.'])
  expect(stuck).toContainEqual(['rule not evaluated', '2 rules'])
  const { text } = await api.call('viewer', 'GET', '/metrics')
  expect(text).toContain('paramedic_rules{phase="firing"} 1')
  expect(text).toContain('paramedic_rules_with_problems 1')
  expect(text).toMatch(/paramedic_rule_lag_seconds 1[12]\d/)
})
