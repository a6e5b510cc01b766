import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { PostmortemView } from '../../contracts/postmortem-views.ts'
import { appendEntries } from '../../store/audit-log.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { draftPostmortem } from '../../store/draft-postmortem.ts'
import { type Answer, type ApiUnderTest, type Somebody, startApi } from '../support/api-under-test.ts'
import { eventually } from '../support/incident-harness.ts'
import { givenIncident } from '../support/incidents.ts'
import { fullSections } from '../support/postmortems.ts'

let api: ApiUnderTest
let number: string
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())
beforeEach(async () => void (number = await givenClosed()))

const hourMs = 3_600_000

test('the draft has everything but what people know', async () => {
  const view = await read()
  expect(view).toMatchObject({
    state: 'draft',
    version: 1,
    writtenBy: null,
    ticked: ['timeline'],
    actionItems: [],
  })
  expect(view.facts).toMatchObject({ number, outcome: 'recovered' })
  expect(view.missing).toHaveLength(6)
})

test('each edit is a version; what is left out stays, and what says nothing new is none', async () => {
  expect(await edit('responder', { basedOn: 1, sections: { cause: 'a leak' } })).toMatchObject({
    status: 200,
    body: { version: 2, isChanged: true },
  })
  await edit('admin', {
    basedOn: 2,
    ticked: ['runbook', 'trends', 'trends'],
    actionItems: [{ text: 'close it', owner: 'ana', dueOn: '2026-12-01' }, { text: 'watch it' }],
  })
  expect(await edit('admin', { basedOn: 3, ticked: ['trends', 'runbook'] })).toMatchObject({
    body: { version: 3, isChanged: false },
  })
  const view = await read()
  expect(view.sections).toMatchObject({ cause: 'a leak', lessons: '' })
  expect(view.ticked).toEqual(['trends', 'runbook'])
  expect(view.actionItems).toMatchObject([
    { item: 1, owner: 'ana', dueOn: '2026-12-01' },
    { item: 2, owner: null, dueOn: null },
  ])
  expect(view.versions.map(({ version, writtenBy }) => [version, writtenBy])).toEqual([
    [1, null],
    [2, 'responder'],
    [3, 'admin'],
  ])
  expect((await read('?version=2')).actionItems).toEqual([])
})

test('of two who edit the same version one is told of the other, and nothing is lost', async () => {
  const { pool } = api.database
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('select from postmortem where incident = $1 for update', [number])
  const both = Promise.all([
    edit('responder', { basedOn: 1, sections: { cause: 'a leak' } }),
    edit('admin', { basedOn: 1, sections: { cause: 'a storm' } }),
  ])
  // Both have begun before either may write: the one who waits longer sees what the other left.
  await eventually(async () => {
    const { rows } = await pool.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    return rows[0]!.waiting === 2
  }, 1_500)
  await holder.query('commit')
  holder.release()
  const answers = await both
  const loser = answers.find(({ status }) => status === 409)!
  const winner = loser === answers[0] ? 'admin' : 'responder'
  expect(loser.body.error).toMatchObject({
    code: 'postmortem_changed',
    fields: { version: 2, writtenBy: winner, basedOn: 1 },
  })
  expect(await read()).toMatchObject({ version: 2, writtenBy: winner })
})

test('numbers of action items are never used twice', async () => {
  await edit('responder', { basedOn: 1, actionItems: [{ text: 'one' }, { text: 'two' }] })
  await edit('responder', { basedOn: 2, actionItems: [{ item: 1, text: 'one' }] })
  await edit('responder', { basedOn: 3, actionItems: [{ item: 1, text: 'one' }, { text: 'three' }] })
  expect((await read()).actionItems.map(({ item, text }) => [item, text])).toEqual([
    [1, 'one'],
    [3, 'three'],
  ])
  expect(
    await edit('responder', { basedOn: 4, actionItems: [{ item: 2, text: 'two again' }] }),
  ).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_payload', fields: { actionItems: [2] } } },
  })
})

test('it is published when nothing is empty, with the facts of that moment', async () => {
  await edit('responder', { basedOn: 1, sections: fullSections, actionItems: [{ text: 'close it' }] })
  const refused = await act('responder', 'publish', { version: 2 })
  expect(refused.body.error).toMatchObject({
    code: 'postmortem_incomplete',
    fields: { missing: ['owner of action item 1', 'due date of action item 1'] },
  })
  await edit('responder', { basedOn: 2, actionItems: [] })
  await act('responder', 'publish', { version: 3 })
  await api.call('admin', 'POST', `/v1/incidents/${number}/notes`, { text: 'written afterwards' })
  const view = await read()
  expect(view).toMatchObject({ state: 'published', publishedBy: 'responder', publishedVersion: 3 })
  expect(view.facts.acts).toEqual([])
  expect(await edit('responder', { basedOn: 3, sections: {} })).toMatchObject({
    status: 409,
    body: { error: { code: 'postmortem_published' } },
  })
})

test('a review is by somebody else, of a complete version, and ends with the next edit', async () => {
  expect(await act('approver', 'review', { version: 1 })).toMatchObject({
    body: { error: { code: 'postmortem_incomplete' } },
  })
  await edit('responder', { basedOn: 1, sections: fullSections })
  expect(await act('responder', 'review', { version: 2 })).toMatchObject({
    status: 409,
    body: { error: { code: 'own_work' } },
  })
  expect(await act('approver', 'review', { version: 1 })).toMatchObject({
    body: { error: { code: 'postmortem_changed' } },
  })
  await act('approver', 'review', { version: 2, comment: 'the cause is right' })
  expect(await read()).toMatchObject({ state: 'reviewed', reviewedBy: 'approver' })
  await edit('responder', { basedOn: 2, sections: { lessons: 'one more' } })
  expect(await read()).toMatchObject({ state: 'draft', reviewedBy: null })
})

test('opened again it is a new version, and the published one stays readable', async () => {
  expect(await act('responder', 'reopen', { reason: 'too early' })).toMatchObject({
    body: { error: { code: 'postmortem_not_published' } },
  })
  await edit('responder', { basedOn: 1, sections: fullSections })
  await act('responder', 'publish', { version: 2 })
  expect(await act('admin', 'reopen', { reason: 'a second cause' })).toMatchObject({ body: { version: 3 } })
  await edit('responder', { basedOn: 3, sections: { cause: 'two leaks' } })
  expect(await read()).toMatchObject({ state: 'draft', version: 4, publishedVersion: 2 })
  const old = await read('?version=2')
  expect(old).toMatchObject({ shownVersion: 2, sections: { cause: fullSections.cause } })
})

test('the record has every act, and the hash of every text', async () => {
  await edit('responder', { basedOn: 1, sections: fullSections, ticked: ['shared'] })
  await act('approver', 'review', { version: 2 })
  await act('responder', 'publish', { version: 2 })
  const { contentHash } = await read()
  const { timeline } = (await api.call('viewer', 'GET', `/v1/incidents/${number}`)).body
  expect(timeline.slice(-4)).toMatchObject([
    { kind: 'postmortem.drafted', actor: 'paramedic', data: { version: 1, ticked: ['timeline'] } },
    {
      kind: 'postmortem.edited',
      actor: 'person:responder',
      data: { version: 2, contentHash, ticked: ['shared'] },
    },
    { kind: 'postmortem.reviewed', actor: 'person:approver', data: { writtenBy: 'responder' } },
    { kind: 'postmortem.published', data: { contentHash, reviewedBy: 'approver' } },
  ])
})

test('as Markdown and as an entry of an incident log', async () => {
  const markdown = await api.call('viewer', 'GET', `/v1/incidents/${number}/postmortem?format=markdown`)
  expect(markdown.headers['content-type']).toBe('text/markdown; charset=utf-8')
  expect(markdown.text).toContain(`# Post-mortem of ${number}`)
  const log = await api.call('viewer', 'GET', `/v1/incidents/${number}/postmortem?format=amas`)
  expect(log.text).toContain(`**Incident ID**: ${number}`)
})

test('an open incident has none yet', async () => {
  const open = await givenIncident(api.database.pool, { atMs: api.now.ms })
  const answer = await api.call('viewer', 'GET', `/v1/incidents/${open}/postmortem`)
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect(answer.body.error.message).toContain('the draft is made when it closes')
  const version = await api.call('viewer', 'GET', `/v1/incidents/${number}/postmortem?version=7`)
  expect(version.body.error.message).toContain('has no version 7')
})

test('listed by what is due, page by page', async () => {
  const late = await givenClosed({ dueAtMs: api.now.ms - hourMs })
  const soon = await givenClosed({ dueAtMs: api.now.ms + hourMs })
  const done = await givenClosed({ dueAtMs: api.now.ms - hourMs })
  number = done
  await edit('responder', { basedOn: 1, sections: fullSections })
  await act('responder', 'publish', { version: 2 })
  expect(await listed('state=overdue')).toEqual([late])
  expect(await listed('state=due')).toEqual([soon, late])
  expect(await listed('state=published')).toContain(done)
  const first = (await api.call('viewer', 'GET', '/v1/postmortems?limit=2')).body
  expect(first.postmortems.map(({ incident }: { incident: string }) => incident)).toEqual([done, soon])
  const second = (await api.call('viewer', 'GET', `/v1/postmortems?limit=1&cursor=${first.nextCursor}`)).body
  expect(second.postmortems[0]).toMatchObject({ incident: late, isOverdue: true })
})

test('action items are done once, listed by their day, and stay done', async () => {
  const owner = `owner-of-${number}`
  const actionItems = [
    { text: 'later', owner, dueOn: '2030-01-02' },
    { text: 'some day', owner },
    { text: 'first', owner, dueOn: '2020-01-01' },
  ]
  await edit('responder', { basedOn: 1, actionItems })
  const items = async (query: string) =>
    (await api.call('viewer', 'GET', `/v1/action-items?owner=${owner}&${query}`)).body
  const texts = async (query: string) =>
    (await items(query)).actionItems.map(({ text }: { text: string }) => text)
  expect(await texts('')).toEqual(['first', 'later', 'some day'])
  expect(await texts('state=overdue')).toEqual(['first'])
  const { nextCursor } = await items('limit=1')
  expect(nextCursor).toBe(`${number}/3`)
  expect(await texts(`limit=5&cursor=${nextCursor}`)).toEqual(['later', 'some day'])

  const done = (as: Somebody) =>
    api.call(as, 'POST', `/v1/incidents/${number}/action-items/3/done`, { note: 'shipped' })
  expect((await done('responder')).body).toMatchObject({ isFirst: true, by: 'responder' })
  expect((await done('admin')).body).toMatchObject({ isFirst: false, by: 'responder' })
  await edit('admin', { basedOn: 2, sections: { cause: 'x' } })
  expect(await texts('state=open')).toEqual(['later', 'some day'])
  expect((await items('state=done')).actionItems[0]).toMatchObject({ doneBy: 'responder', note: 'shipped' })
  expect(
    await api.call('responder', 'POST', `/v1/incidents/${number}/action-items/9/done`, {}),
  ).toMatchObject({
    status: 404,
  })
})

test.each([
  ['a section nobody knows', { basedOn: 1, sections: { blame: 'x' } }],
  ['a day that is none', { basedOn: 1, actionItems: [{ text: 'x', dueOn: '2026-02-30' }] }],
  [
    'an item twice',
    {
      basedOn: 1,
      actionItems: [
        { item: 1, text: 'x' },
        { item: 1, text: 'y' },
      ],
    },
  ],
  ['facts', { basedOn: 1, facts: { title: 'nothing happened' } }],
  ['no version', { sections: {} }],
  ['a section without end', { basedOn: 1, sections: { cause: 'x'.repeat(16_385) } }],
])('%s is refused', async (_, body) => {
  expect(await edit('responder', body)).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_payload' } },
  })
})

test('what is kept is not changed any more, whoever tries', async () => {
  await edit('responder', { basedOn: 1, sections: fullSections })
  await act('responder', 'publish', { version: 2 })
  const { pool } = api.database
  for (const change of [
    `update postmortem_version set content = '{}' where incident = $1 and version = 2`,
    `update postmortem_version set facts = '{}' where incident = $1 and version = 2`,
    'delete from postmortem_version where incident = $1',
  ])
    await expect(pool.query(change, [number])).rejects.toThrow('append-only')
})

/** A recovered incident with its draft, as the workflow leaves it. */
async function givenClosed(given: { dueAtMs?: number } = {}): Promise<string> {
  const { pool } = api.database
  const atMs = api.now.ms
  const incident = await givenIncident(pool, { atMs })
  const common = { actor: 'paramedic', atMs, incident } as const
  await inTransaction(pool, async tx => {
    const due = given.dueAtMs === undefined ? {} : { postmortemDueAtMs: given.dueAtMs }
    await closeIncident(tx, { number: incident, seenTransition: 0, outcome: 'recovered', atMs, ...due })
    const data = { title: 'x', runbook: 'default', runbookHash: 'h', dedupKey: 'k', bindings: {} }
    await appendEntries(tx, [
      { ...common, kind: 'incident.opened', data },
      { ...common, kind: 'incident.closed', data: { outcome: 'recovered', because: 'measured' } },
    ])
  })
  await draftPostmortem(pool, { number: incident, atMs })
  return incident
}

async function read(query = ''): Promise<PostmortemView> {
  const answer = await api.call('viewer', 'GET', `/v1/incidents/${number}/postmortem${query}`)
  expect(answer.status).toBe(200)
  return answer.body as PostmortemView
}

const edit = (as: Somebody, body: unknown): Promise<Answer> =>
  api.call(as, 'PUT', `/v1/incidents/${number}/postmortem`, body)

const act = (as: Somebody, verb: string, body: unknown): Promise<Answer> =>
  api.call(as, 'POST', `/v1/incidents/${number}/postmortem/${verb}`, body)

async function listed(query: string): Promise<string[]> {
  const { body } = await api.call('viewer', 'GET', `/v1/postmortems?${query}`)
  return body.postmortems.map(({ incident }: { incident: string }) => incident)
}
