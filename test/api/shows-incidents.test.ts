import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { IncidentList } from '../../contracts/views.ts'
import { addNote } from '../../store/acts.ts'
import { inTransaction } from '../../store/database.ts'
import { changeIncident } from '../../store/incidents.ts'
import { beginPage, finishPage } from '../../store/pages.ts'
import { type ApiUnderTest, startApi, urlOf } from '../support/api-under-test.ts'
import { givenGate, givenIncident } from '../support/incidents.ts'

let api: ApiUnderTest
const numbers: string[] = []
const day = Date.parse('2026-03-01T12:00:00Z')

beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
  // Pairs share a time: the number decides their order.
  for (let index = 0; index < 7; index += 1) {
    const system = index % 2 === 0 ? 'shop' : 'bank'
    numbers.push(
      await givenIncident(api.database.pool, {
        atMs: day + Math.floor(index / 2) * 1_000,
        system,
        alerts: index,
      }),
    )
  }
  await changeIncident(
    api.database.pool,
    numbers[0]!,
    { severity: 'SEV1', phase: 'triage' },
    { nth: 1, atMs: day },
  )
  await api.database.pool.query(`update incident set phase = 'closed' where number = $1`, [numbers[1]])
})
afterAll(() => api.close())

describe('the list', () => {
  test('has the newest first, each once, whatever the page size', async () => {
    for (const limit of [1, 2, 3, 7, 50]) expect(await allPages(limit)).toEqual(numbers.toReversed())
  })
  test('refuses a system that no text can be', async () => {
    expect(await api.call('viewer', 'GET', '/v1/incidents?system=%00')).toMatchObject({
      status: 400,
      body: {
        error: { code: 'bad_request', message: expect.stringContaining('The query does not fit: system') },
      },
    })
  })
  test('counts alerts and gates of each', async () => {
    await givenGate(api.database.pool, numbers[6]!, { atMs: day })
    const { body } = await api.call('viewer', 'GET', '/v1/incidents?limit=1')
    expect(body.incidents[0]).toMatchObject({
      number: numbers[6],
      alertsFiring: 6,
      alertsTotal: 6,
      openGates: 1,
      openedAt: '2026-03-01T12:00:03.000Z',
    })
  })
  test.each([
    ['open=true', [6, 5, 4, 3, 2, 0]],
    ['open=false', [6, 5, 4, 3, 2, 1, 0]],
    ['phase=closed', [1]],
    ['severity=SEV1', [0]],
    ['system=bank', [5, 3, 1]],
    ['system=bank&open=true', [5, 3]],
    ['system=nowhere', []],
  ])('%s', async (query, expected) => {
    const { body } = await api.call('viewer', 'GET', `/v1/incidents?${query}`)
    expect(body.incidents.map(({ number }: { number: string }) => number)).toEqual(
      expected.map(index => numbers[index]),
    )
  })
  test.each([
    'phase=resolved',
    'severity=1',
    'open=yes',
    'limit=0',
    'limit=201',
    'limit=1&limit=2',
    'cursor=x',
    'sort=asc',
  ])('refuses %s', async query => {
    expect(await api.call('viewer', 'GET', `/v1/incidents?${query}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request' } },
    })
  })
})

describe('one incident', () => {
  test('has everything that happened', async () => {
    const number = numbers[5]!
    await givenGate(api.database.pool, number, { atMs: day })
    await inTransaction(api.database.pool, async tx => {
      await beginPage(tx, {
        id: `${number}/page/0/0`,
        incident: number,
        epoch: 0,
        level: 0,
        functions: ['on-call'],
        dueAtMs: day,
        atMs: day,
      })
      await finishPage(tx, `${number}/page/0/0`, {
        state: 'sent',
        latenessMs: 120,
        channels: {},
        sentAtMs: day + 100,
        deliveredAtMs: day + 120,
      })
    })
    await api.database.pool.query(
      `insert into claim (incident, step, attempt, action, target, plan_hash, worker, claimed_at, deadline)
       values ($1, 'restart-api', 1, 'service.restart', 'shop-api', 'h', 'w', $2, $2)`,
      [number, new Date(day)],
    )
    const { status, body } = await api.call('auditor', 'GET', `/v1/incidents/${number}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      number,
      runbookHash: 'runbook-hash',
      bindings: [{ role: 'db', target: 'shop-db' }],
      linkedTo: null,
      gates: [{ state: 'open', plan: { action: 'service.restart' } }],
      claims: [
        {
          step: 'restart-api',
          action: 'service.restart',
          deadline: new Date(day).toISOString(),
          outcome: null,
          settledAt: null,
        },
      ],
      pages: [
        {
          level: 0,
          functions: ['on-call'],
          state: 'sent',
          sentAt: '2026-03-01T12:00:00.100Z',
          deliveredAt: '2026-03-01T12:00:00.120Z',
          acknowledgedAt: null,
          latenessMs: 120,
          notices: [],
        },
      ],
      timeline: [{ kind: 'gate.opened' }],
    })
    expect(body.alerts).toHaveLength(5)
    expect(body.alerts[0]).toMatchObject({
      status: 'firing',
      startsAt: '2026-03-01T12:00:02.000Z',
      endsAt: null,
      events: 1,
    })
  })
  test('that is not there', async () => {
    expect(await api.call('viewer', 'GET', '/v1/incidents/INC-2020-01-01-001')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    })
  })
})

describe('the timeline', () => {
  test('is read on from the last entry', async () => {
    const number = numbers[2]!
    for (const text of ['one', 'two', 'three'])
      await addNote(api.database.pool, { number, by: 'responder', atMs: day, text })
    const first = await api.call('viewer', 'GET', `/v1/incidents/${number}/timeline?limit=2`)
    expect(texts(first.body)).toEqual(['one', 'two'])
    const next = await api.call(
      'viewer',
      'GET',
      `/v1/incidents/${number}/timeline?after=${first.body.entries.at(-1).seq}`,
    )
    expect(texts(next.body)).toEqual(['three'])
  })
  test('of an incident that is not there', async () => {
    expect(await api.call('viewer', 'GET', '/v1/incidents/INC-2020-01-01-001/timeline')).toMatchObject({
      status: 404,
    })
  })
  test('a long one shows its newest thousand entries in the detail', async () => {
    const number = numbers[3]!
    await api.database.pool.query(
      `select audit_append($1, jsonb_build_object('version', 1, 'at', '2026-03-01T12:00:00.000Z', 'incident', $1::text, 'kind', 'note',
         'actor', 'person:x', 'data', jsonb_build_object('text', n))::text) from generate_series(1, 1005) n`,
      [number],
    )
    const { timeline } = (await api.call('viewer', 'GET', `/v1/incidents/${number}`)).body
    expect([timeline.length, timeline[0].data.text, timeline.at(-1).data.text]).toEqual([1_000, 6, 1_005])
  })
})

test('reading changes nothing', async () => {
  const before = await digest()
  for (const { method, url } of api.app.routeTable) {
    if (method !== 'GET') continue
    await api.call('admin', 'GET', urlOf(url, numbers[5]!))
  }
  expect(await digest()).toBe(before)
})

async function allPages(limit: number): Promise<string[]> {
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`
    const page: IncidentList = (await api.call('viewer', 'GET', `/v1/incidents?limit=${limit}${query}`)).body
    seen.push(...page.incidents.map(({ number }) => number))
    cursor = page.nextCursor
  } while (cursor !== null)
  return seen
}

function texts({ entries }: { entries: { data: { text: string } }[] }): string[] {
  return entries.map(({ data }) => data.text)
}

/** A digest of every row of every table. */
async function digest(): Promise<string> {
  const { rows: tables } = await api.database.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'paramedic' order by 1`,
  )
  const digests: string[] = []
  for (const { name } of tables) {
    const { rows } = await api.database.pool.query<{ md5: string }>(
      `select md5(string_agg(t::text, ',' order by t::text)) as md5 from ${name} t`,
    )
    digests.push(`${name} ${rows[0]!.md5}`)
  }
  return digests.join('\n')
}
