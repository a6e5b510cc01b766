import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createDeliveryCommits } from '../../store/commit-together.ts'
import type { AcceptedDelivery } from '../../store/deliveries.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
})
afterAll(() => database.drop())

function delivery(
  group: string,
  names: string[],
  status: 'firing' | 'resolved' = 'firing',
): AcceptedDelivery {
  const alerts = names.map(name => ({
    dedupKey: group,
    alertKey: `${group}/${name}`,
    status,
    name,
    labels: { name },
    annotations: {},
    startsAtMs: 0,
  }))
  return {
    source: `source of ${group}`,
    sourceKind: 'generic',
    body: Buffer.from(group),
    alerts,
    truncatedAlerts: 0,
    atMs: 0,
  }
}

const stored = `
  select d.id, convert_from(d.body, 'UTF8') as body, d.source, d.alert_count as count, d.xmin::text as commit,
    encode(d.body_sha256, 'hex') = encode(sha256(d.body), 'hex') as "isHashed",
    array(select e.name from alert_event e where e.delivery_id = d.id order by e.id) as alerts
  from delivery d where d.id = any($1) order by d.id`

interface Stored {
  id: number
  body: string
  source: string
  count: number
  commit: string
  isHashed: boolean
  alerts: string[]
}

async function read(ids: number[]): Promise<Stored[]> {
  return (await database.pool.query<Stored>(stored, [ids])).rows
}

test('each of many at once gets the id of its own delivery, in few commits', async () => {
  const accept = createDeliveryCommits(database.pool)
  const groups = Array.from({ length: 50 }, (_, nth) => `group ${nth}`)
  const ids = await Promise.all(groups.map(group => accept(delivery(group, [`${group} a`, `${group} b`]))))
  const rows = await read(ids)
  for (const [nth, group] of groups.entries()) {
    const row = rows.find(({ id }) => id === ids[nth])
    expect(row).toMatchObject({ body: group, source: `source of ${group}`, count: 2, isHashed: true })
    expect(row?.alerts).toEqual([`${group} a`, `${group} b`])
  }
  expect(new Set(rows.map(({ commit }) => commit)).size).toBeLessThan(groups.length / 2)
})

test('one that PostgreSQL refuses costs the others nothing', async () => {
  const accept = createDeliveryCommits(database.pool)
  const deliveries = Array.from({ length: 12 }, (_, nth) => delivery(`beside ${nth}`, ['alert']))
  // A shape no source produces; the column's own check refuses it.
  deliveries[8] = delivery('poison', ['alert'], 'burning' as 'firing')
  const settled = await Promise.allSettled(deliveries.map(one => accept(one)))
  expect(settled.map(({ status }) => status)).toEqual(
    deliveries.map((_, nth) => (nth === 8 ? 'rejected' : 'fulfilled')),
  )
  const ids = settled.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
  expect(await read(ids)).toHaveLength(11)
})

test('a large one is committed by itself', async () => {
  const accept = createDeliveryCommits(database.pool)
  const large = { ...delivery('large', ['alert']), body: Buffer.alloc(65 * 1024) }
  const small = Array.from({ length: 10 }, (_, nth) => delivery(`small ${nth}`, ['alert']))
  // The first take the lanes; the large one waits among others.
  const ids = await Promise.all([...small.slice(0, 6), large, ...small.slice(6)].map(one => accept(one)))
  const { rows } = await database.pool.query<{ id: number; commit: string }>(
    'select id, xmin::text as commit from delivery where id = any($1)',
    [ids],
  )
  const commit = rows.find(({ id }) => id === ids[6])?.commit
  expect(rows.filter(row => row.commit === commit)).toHaveLength(1)
})

test('while one commit hangs, others go on beside it', async () => {
  const accept = createDeliveryCommits(database.pool)
  const holder = await database.pool.connect()
  try {
    await holder.query('begin')
    await holder.query(`insert into correlation (dedup_key) values ('held')`)
    let isHeldDone = false
    const held = accept(delivery('held', ['alert'])).finally(() => (isHeldDone = true))
    const others = await Promise.all(['one', 'two'].map(group => accept(delivery(group, ['alert']))))
    expect(await read(others)).toHaveLength(2)
    expect(isHeldDone).toBe(false)
    await holder.query('rollback')
    expect(await read([await held])).toHaveLength(1)
  } finally {
    holder.release()
  }
})
