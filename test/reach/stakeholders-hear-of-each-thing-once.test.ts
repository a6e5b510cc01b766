/**
 * Goal: a stakeholder hears of the opening, of each change of severity and of the end, once each, however many processes there are
 * and however they end. Method: dispatchers on one database, as several workers have them, and channels on loopback.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { StakeholderConfiguration } from '../../contracts/configuration/people.ts'
import type { Notifier } from '../../contracts/notice.ts'
import { createChannelGate } from '../../reach/channel-gate.ts'
import { createNewsDispatcher, type NewsDispatcher } from '../../reach/news-dispatcher.ts'
import { acknowledge, setSeverity } from '../../store/acts.ts'
import { readTimeline } from '../../store/audit-log.ts'
import { closeIncident } from '../../store/closing.ts'
import { requestContactTest } from '../../store/contact-tests.ts'
import { inTransaction, openDatabase, type Pool } from '../../store/database.ts'
import { changeIncident } from '../../store/incidents.ts'
import { leaveNews } from '../../store/news.ts'
import { saveDelivery } from '../../store/notices.ts'
import { pagerDutyStandIn } from '../support/channels/pagerduty.ts'
import { slackStandIn } from '../support/channels/slack.ts'
import { contact, named } from '../support/contacts.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { givenIncident } from '../support/incidents.ts'
import { eventually } from '../support/incident-harness.ts'
import { aPage } from '../support/notices.ts'
import { refillChannels } from '../support/paging.ts'

let database: FreshDatabase
let other: Pool
beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
  other = openDatabase(database.url, { name: 'the other worker' })
})
beforeEach(() => refillChannels(database.pool))
const troubles: object[] = []
const log = { error: (fields: object) => void troubles.push(fields) }
afterEach(() => expect(troubles.splice(0)).toEqual([]))
afterAll(async () => {
  await other.end()
  await database.drop()
})

const chat: StakeholderConfiguration = {
  name: 'orders-chat',
  severities: ['SEV1', 'SEV2', 'SEV3', 'SEV4'],
  on: ['opened', 'severity', 'resolved'],
  reach: [{ channel: 'chat' }],
}

function dispatcher(
  pool: Pool,
  notifiers: readonly Notifier[],
  stakeholders: StakeholderConfiguration[] = [chat],
): NewsDispatcher {
  const contacts = [contact('mia', ['chat', 'pager'])]
  return createNewsDispatcher(
    pool,
    createChannelGate(pool, notifiers, log),
    { contacts, stakeholders, channels: [] },
    log,
  )
}

/** An incident past triage, opened a while ago. */
async function opened(): Promise<string> {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await inTransaction(database.pool, tx => leaveNews(tx, number, { event: 'opened' }, Date.now()))
  const change = { phase: 'mitigation' } as const
  await inTransaction(database.pool, tx => changeIncident(tx, number, change, { nth: 1, atMs: Date.now() }))
  return number
}

async function close(number: string): Promise<void> {
  const closing = { number, seenTransition: 0, outcome: 'recovered', atMs: Date.now() } as const
  await inTransaction(database.pool, tx => closeIncident(tx, closing))
}

async function kinds(number: string): Promise<string[]> {
  return (await readTimeline(database.pool, number)).map(({ kind }) => kind)
}

test('opening, severity and end arrive once each, in order, though two processes tell them', async () => {
  const standIn = await slackStandIn()
  const both = [database.pool, other].map(pool => dispatcher(pool, [named('chat', standIn)]))
  const passes = (): Promise<unknown> => Promise.all(both.map(one => one.pass(Date.now())))
  const number = await opened()
  await passes()
  await setSeverity(database.pool, {
    number,
    by: 'ana',
    severity: 'SEV1',
    reason: 'checkout is down',
    atMs: Date.now(),
  })
  await passes()
  await close(number)
  await passes()
  await passes()
  expect(standIn.unexpected).toEqual([])
  expect(standIn.taken.map(({ shown }) => shown.split(':')[0])).toEqual([
    'Opened',
    'Severity changed',
    'Over',
  ])
  expect(standIn.taken[1]!.shown).toContain('The severity is now SEV1, it was SEV3')
  expect(standIn.taken[1]!.shown).toContain('checkout is down')
  expect((await kinds(number)).filter(kind => kind === 'news.told')).toHaveLength(3)
})

test('an opening waits for triage and says what triage found; it is not told twice', async () => {
  const standIn = await slackStandIn()
  const telling = dispatcher(database.pool, [named('chat', standIn)])
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await inTransaction(database.pool, tx => leaveNews(tx, number, { event: 'opened' }, Date.now()))
  await telling.pass(Date.now())
  expect(standIn.taken).toEqual([])
  const found = { phase: 'mitigation', severity: 'SEV1' } as const
  await inTransaction(database.pool, tx => changeIncident(tx, number, found, { nth: 1, atMs: Date.now() }))
  await telling.pass(Date.now())
  expect(standIn.taken).toHaveLength(1)
  expect(standIn.taken[0]!.shown).toContain('Opened: SEV1')
})

test('a routine that needs people as soon as triage is done is told once', async () => {
  const standIn = await slackStandIn()
  const { pool } = database
  const number = await givenIncident(pool, { atMs: Date.now() })
  const times = [new Date(), new Date(Date.now() + 3_600_000)]
  await pool.query('update incident set routine_due_at = $2, routine_closes_at = $3 where number = $1', [
    number,
    ...times,
  ])
  await inTransaction(pool, tx => leaveNews(tx, number, { event: 'opened' }, Date.now()))
  const telling = dispatcher(pool, [named('chat', standIn)])
  await telling.pass(Date.now())
  // A checklist: the first decision after triage is that a person has to do its first step.
  const needsPeople = { atMs: Date.now(), because: 'a person has to do its step read-the-logs' }
  const change = { phase: 'mitigation', needsPeople } as const
  await inTransaction(pool, tx => changeIncident(tx, number, change, { nth: 1, atMs: Date.now() }))
  await telling.pass(Date.now())
  expect(standIn.taken.map(({ shown }) => shown)).toEqual([expect.stringContaining('read-the-logs')])
})

test('without a triage in time it is told as it is known', async () => {
  const standIn = await slackStandIn()
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await inTransaction(database.pool, tx => leaveNews(tx, number, { event: 'opened' }, Date.now() - 16_000))
  await dispatcher(database.pool, [named('chat', standIn)]).pass(Date.now())
  expect(standIn.taken).toHaveLength(1)
})

test.each([
  ['another system', { systems: ['orders'] }, []],
  ['its system', { systems: ['shop'] }, ['Opened', 'Over']],
  ['only the end', { on: ['resolved'] }, ['Over']],
  ['only worse ones', { severities: ['SEV1', 'SEV2'] }, []],
] as [string, Partial<StakeholderConfiguration>, string[]][])(
  'who wants to hear of %s hears of that',
  async (_, wish, heard) => {
    const standIn = await slackStandIn()
    const telling = dispatcher(database.pool, [named('chat', standIn)], [{ ...chat, ...wish }])
    const number = await opened()
    await telling.pass(Date.now())
    await close(number)
    await telling.pass(Date.now())
    expect(standIn.taken.map(({ shown }) => shown.split(':')[0])).toEqual(heard)
  },
)

test('a process that dies after its message was taken does not send it again', async () => {
  const standIn = await slackStandIn()
  let taken: () => void = () => {}
  const isTaken = new Promise<void>(resolve => (taken = resolve))
  const dying: Notifier = {
    ...named('chat', standIn),
    async send(notice, to, signal) {
      const receipt = await standIn.notifier.send(notice, to, signal)
      // The connection that would write it down is gone before the answer is back.
      await database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'the dying worker' and state like 'idle in%'`,
      )
      taken()
      return receipt
    },
  }
  const doomed = openDatabase(database.url, { name: 'the dying worker' })
  const number = await opened()
  await expect(dispatcher(doomed, [dying]).pass(Date.now())).rejects.toThrow()
  await isTaken
  await doomed.end()
  await eventually(async () => {
    await dispatcher(other, [named('chat', standIn)]).pass(Date.now())
    return (await kinds(number)).includes('news.told')
  })
  expect(standIn.taken).toHaveLength(1)
})

test('what is refused for good has failed, and that is seen', async () => {
  const standIn = await slackStandIn()
  standIn.behave(...Array.from({ length: 20 }, () => ({ status: 404 })))
  const number = await opened()
  await dispatcher(database.pool, [named('chat', standIn)]).pass(Date.now())
  expect(await kinds(number)).toContain('news.failed')
  const { rows } = await database.pool.query('select state, problem from telling where incident = $1', [
    number,
  ])
  expect(rows).toEqual([{ state: 'failed', problem: expect.stringContaining('404') }])
})

test('what fails is tried in three rounds, then it has failed and that is seen', async () => {
  const standIn = await slackStandIn()
  standIn.behave(...Array.from({ length: 20 }, () => ({ status: 500 })))
  const telling = dispatcher(database.pool, [named('chat', standIn)])
  const number = await opened()
  for (const minutes of [0, 1, 10]) {
    expect(await kinds(number)).not.toContain('news.failed')
    await refillChannels(database.pool)
    await telling.pass(Date.now() + minutes * 60_000)
  }
  expect(await kinds(number)).toContain('news.failed')
  expect(standIn.taken).toEqual([])
}, 30_000)

test('an alarm that a page has set off hears who took it and that it is over', async () => {
  const pager = await pagerDutyStandIn()
  const telling = dispatcher(database.pool, [named('pager', pager)], [])
  const number = await opened()
  const content = aPage({ incident: number, id: `${number}/page/0/0` })
  const notice = { key: content.key, recipient: 'mia', channel: 'pager', channelKind: 'pagerduty' } as const
  const accepted = { state: 'accepted', attempts: 1 } as const
  await inTransaction(database.pool, tx =>
    saveDelivery(tx, { ...notice, address: '', incident: number, content }, accepted, Date.now()),
  )
  await acknowledge(database.pool, { number, by: 'mia', atMs: Date.now() })
  await close(number)
  await telling.pass(Date.now())
  await telling.pass(Date.now())
  expect(pager.events.map(({ event_action, dedup_key }) => [event_action, dedup_key])).toEqual([
    ['acknowledge', number],
    ['resolve', number],
  ])
})

test('a test of a contact goes by each of its channels, marked as one', async () => {
  const [slack, pager] = [await slackStandIn(), await pagerDutyStandIn()]
  pager.behave({ status: 400 })
  await requestContactTest(database.pool, {
    contact: 'mia',
    channels: ['chat', 'pager'],
    by: 'ana',
    atMs: Date.now(),
  })
  await dispatcher(database.pool, [named('chat', slack), named('pager', pager)]).pass(Date.now())
  expect(slack.taken).toHaveLength(1)
  expect(slack.taken[0]!.shown).toContain('TEST for mia')
  const { rows } = await database.pool.query<{ content: string }>(
    `select content from audit_entry where content like '%contact.tested%' order by seq`,
  )
  const entries = rows.map(({ content }) => (JSON.parse(content) as { data: object }).data)
  expect(entries).toHaveLength(2)
  expect(entries).toEqual(
    expect.arrayContaining([
      { contact: 'mia', channel: 'chat' },
      { contact: 'mia', channel: 'pager', problem: expect.stringContaining('400') },
    ]),
  )
})
