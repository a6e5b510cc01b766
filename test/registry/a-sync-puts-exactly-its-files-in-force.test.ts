import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { configuredIn } from '../../language/configured.ts'
import { createInForceReader } from '../../store/runbooks-in-force.ts'
import { putFolderInForce, readRunbookFolder } from '../../worker/load-runbooks.ts'
import { type Answer, type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenIncident } from '../support/incidents.ts'
import { faultyRunbook, runbookFolder, smallRunbook } from '../support/small-runbooks.ts'
import { auditLog } from '../support/two-sides.ts'

const configured = configuredIn(
  parse('contacts: [{ name: mia, functions: [on-call], reach: [{ channel: pager }] }]'),
)
let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'), { configured })
})
afterAll(() => api.close())

type Files = Record<string, string>
const base: Files = { 'default.yaml': smallRunbook('default'), 'shop/queue.yaml': smallRunbook('queue') }
const uploaded = (files: Files) => Object.entries(files).map(([file, source]) => ({ file, source }))

const sync = (files: Files, more: object = {}): Promise<Answer> =>
  api.call('admin', 'PUT', '/v1/runbooks', { files: uploaded(files), ...more })

const check = (files: Files): Promise<Answer> =>
  api.call('responder', 'POST', '/v1/runbooks/check', { files: uploaded(files) })

/** Title by name. */
async function inForce(): Promise<Record<string, string>> {
  const { body } = await api.call('viewer', 'GET', '/v1/runbooks')
  return Object.fromEntries(
    body.runbooks.map(({ name, title }: Record<string, string>) => [name, title] as const),
  )
}

/** `new queue`. */
const told = ({ body }: Answer): string[] =>
  body.changes.map(({ change, name }: Record<string, string>) => `${change} ${name}`)

test('what is new, changed and gone is said, and everybody sees it from then on', async () => {
  const otherWorker = createInForceReader()
  const seen = async (): Promise<string[]> =>
    (await otherWorker(api.database.pool)).map(({ runbook }) => runbook.title)
  expect(await seen()).toEqual([])
  expect(told(await sync(base))).toEqual(['new default', 'new queue'])
  expect(await seen()).toEqual(['default', 'queue'])

  const next: Files = {
    'default.yaml': `# Reviewed.\n${base['default.yaml']!}`,
    'cache.yaml': smallRunbook('cache'),
    'shop/queue.yaml': smallRunbook('queue', { title: 'Better' }),
  }
  const before = await inForce()
  const foreseen = await check(next)
  expect(await inForce()).toEqual(before)
  const done = await sync(next, { expect: foreseen.body.before })
  expect(done.body).toEqual(foreseen.body)
  expect(told(done)).toEqual(['new cache', 'rewritten default', 'changed queue'])
  const changed = done.body.changes[2]
  expect([changed.before.runbook.title, changed.after.runbook.title]).toEqual(['queue', 'Better'])
  expect(await seen()).toEqual(['cache', 'default', 'Better'])
  const { body: shown } = await api.call('viewer', 'GET', '/v1/runbooks/default')
  expect(shown.source).toBe(next['default.yaml'])

  // The same again is no change, and leaves no entry.
  const entries = (await auditLog(api.database.pool)).length
  expect(told(await sync(next))).toEqual([])
  expect(await auditLog(api.database.pool)).toHaveLength(entries)

  expect(told(await sync(base))).toEqual(['removed cache', 'rewritten default', 'changed queue'])
  const { body: history } = await api.call('viewer', 'GET', '/v1/runbooks/queue/history')
  expect(history.changes.map(({ change, by, way }: Record<string, string>) => [change, by, way])).toEqual([
    ['changed', 'admin', 'sync'],
    ['changed', 'admin', 'sync'],
    ['new', 'admin', 'sync'],
  ])
  const { body: old } = await api.call(
    'viewer',
    'GET',
    `/v1/runbooks/queue?version=${String(history.changes[1].hash).slice(0, 12)}`,
  )
  expect(old).toMatchObject({ inForce: null, runbook: { title: 'Better' }, source: next['shop/queue.yaml'] })
  expect((await api.call('viewer', 'GET', '/v1/runbooks/cache')).body.error.hint).toContain('runbook history')
  expect((await api.call('viewer', 'GET', '/v1/runbooks/cache/history')).body.changes[0].change).toBe(
    'removed',
  )
})

test('the log says who put what in force', async () => {
  const log = await auditLog(api.database.pool)
  const entries = log.map(({ kind, data }) => [kind, data['name']])
  expect(entries.slice(0, 2)).toEqual([
    ['runbook.in-force', 'default'],
    ['runbook.in-force', 'queue'],
  ])
  expect(entries).toContainEqual(['runbook.withdrawn', 'cache'])
  const { rows } = await api.database.pool.query<{ content: string }>(
    'select content from audit_entry limit 1',
  )
  expect(JSON.parse(rows[0]!.content)).toMatchObject({ actor: 'person:admin', incident: null })
})

test('open incidents that keep another version are counted', async () => {
  await sync(base)
  const number = await givenIncident(api.database.pool, { atMs: api.now.ms })
  await api.database.pool.query(`update incident set runbook_name = 'queue' where number = $1`, [number])
  const next = { ...base, 'shop/queue.yaml': smallRunbook('queue', { title: 'Best' }) }
  expect((await check(base)).body.openIncidents).toBe(0)
  expect((await check(next)).body.openIncidents).toBe(1)
  expect((await sync(next)).body.openIncidents).toBe(1)
  await api.database.pool.query(`update incident set phase = 'closed' where number = $1`, [number])
  expect((await sync(base)).body.openIncidents).toBe(0)
})

describe('with a fault', () => {
  const broken: Files = {
    ...base,
    'shop/queue.yaml': faultyRunbook('queue'),
    'new.yaml': smallRunbook('new'),
  }

  test('nothing is changed, and every fault is told with its place', async () => {
    const before = await inForce()
    const refused = await sync(broken)
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_runbook' } } })
    expect(refused.body.error.fields.faults).toMatchObject([
      { file: 'shop/queue.yaml', line: 8, column: 1, message: 'unknown key `verfy`' },
    ])
    expect(await inForce()).toEqual(before)
  })

  test('a partial one holds the faulty file back and puts the rest in force, which is told everywhere', async () => {
    const before = await inForce()
    const partial = await sync(broken, { partial: true })
    expect(told(partial)).toEqual(['new new'])
    expect(partial.body.faultyFiles).toEqual([{ file: 'shop/queue.yaml', keeps: 'queue' }])
    expect(await inForce()).toEqual({ ...before, new: 'new' })

    const ready = await api.call('anonymous', 'GET', '/readyz')
    expect(ready).toMatchObject({ status: 200, body: { isReady: true, faultyRunbooks: ['shop/queue.yaml'] } })
    const { body: status } = await api.call('viewer', 'GET', '/v1/status')
    expect(status.runbooks).toMatchObject({
      inForce: 3,
      faultyFiles: [{ file: 'shop/queue.yaml', faults: 1, keeps: 'queue', by: 'admin' }],
    })
    const lines = (await api.call('viewer', 'GET', '/metrics')).text.split('\n')
    expect(lines).toContain('paramedic_runbook_files_with_faults 1')
    expect(lines.filter(line => line.startsWith('paramedic_runbook_info'))).toHaveLength(3)

    expect(told(await sync({ ...broken, ...base }))).toEqual([])
    expect((await api.call('anonymous', 'GET', '/readyz')).body.faultyRunbooks).toEqual([])
  })

  test("the service's own configuration is asked", async () => {
    const paged = smallRunbook('queue').replace('page: [on-call]', 'page: [on-cal]')
    const { body } = await check({ ...base, 'shop/queue.yaml': paged })
    expect(body.faults).toMatchObject([{ code: 'configuration', message: 'nobody is called for `on-cal`' }])
  })

  test('without a default nothing is put in force, not even in part', async () => {
    const empty = await startApi(inject('postgresUrl'))
    const refused = await empty.call('admin', 'PUT', '/v1/runbooks', {
      files: uploaded({ 'queue.yaml': smallRunbook('queue') }),
      partial: true,
    })
    expect(refused.body.error.code).toBe('invalid_runbook')
    expect(refused.body.error.fields.faults[0].message).toContain('no file holds the runbook `default`')
    await empty.close()
  })
})

test('a sync that was prepared for other runbooks changes nothing', async () => {
  const { before } = (await check(base)).body
  await sync({ ...base, 'default.yaml': smallRunbook('default', { title: 'In between' }) })
  const refused = await sync(base, { expect: before })
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'runbooks_changed' } } })
  expect((await inForce())['default']).toBe('In between')
})

test('two at once come one after the other, each of them whole', async () => {
  const one: Files = {
    'default.yaml': smallRunbook('default', { title: 'One' }),
    'a.yaml': smallRunbook('a'),
  }
  const other: Files = {
    'default.yaml': smallRunbook('default', { title: 'Other' }),
    'b.yaml': smallRunbook('b'),
  }
  const answers = await Promise.all(Array.from({ length: 10 }, (_, nth) => sync(nth % 2 === 0 ? one : other)))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect([
    { default: 'One', a: 'a' },
    { default: 'Other', b: 'b' },
  ]).toContainEqual(await inForce())
})

test('a restart with the folder of before undoes no sync; a folder that has changed does', async () => {
  const log = { info: () => {}, error: () => {} }
  const { folder, write } = await runbookFolder(base)
  const start = async (): Promise<void> =>
    putFolderInForce(api.database.pool, await readRunbookFolder(folder), log)
  await start()
  await sync({ ...base, 'shop/queue.yaml': smallRunbook('queue', { title: 'At night' }) })
  await start()
  expect((await inForce())['queue']).toBe('At night')
  await write({ 'shop/queue.yaml': smallRunbook('queue', { title: 'Deployed' }) })
  await start()
  expect((await inForce())['queue']).toBe('Deployed')
})
