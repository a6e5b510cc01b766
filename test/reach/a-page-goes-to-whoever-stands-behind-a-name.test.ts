import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { mailbox, smtpStandIn } from '../support/channels/smtp.ts'
import { pagerDutyStandIn } from '../support/channels/pagerduty.ts'
import { slackStandIn } from '../support/channels/slack.ts'
import type { StandIn } from '../support/channels/stand-in.ts'
import { channelsOf, contact, named } from '../support/contacts.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { givenPage, refillChannels } from '../support/paging.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase(inject('postgresUrl'))))
beforeEach(() => refillChannels(database.pool))
afterAll(() => database.drop())

const channels = channelsOf('pager', 'mail', 'chat')
const contacts = [
  contact('mia', ['pager'], { functions: ['on-call'] }),
  contact('tom', [{ channel: 'mail', to: mailbox }], { functions: ['on-call', 'senior'] }),
  contact('orders-dba', ['chat'], { functions: ['dba'], systems: ['orders'] }),
  contact('database-support', [], { functions: ['vendor'], link: 'https://support.example' }),
]

interface Called {
  functions: string[]
  system?: string
  fallback?: { reach: { channel: string; to?: string }[] }
}

async function page({ functions, system = 'orders', fallback }: Called) {
  const [pager, mail, chat] = await Promise.all([pagerDutyStandIn(), smtpStandIn(), slackStandIn()])
  const paging = await givenPage(database.pool, {
    configuration: { channels, contacts, ...(fallback === undefined ? {} : { fallback }) },
    notifiers: [named('pager', pager), named('mail', mail), named('chat', chat)],
    functions,
    system,
  })
  const ended = await paging.attempt()
  const came = ([name, standIn]: [string, StandIn]): string[] => standIn.taken.map(() => name)
  const all: [string, StandIn][] = [
    ['pager', pager],
    ['mail', mail],
    ['chat', chat],
  ]
  expect(all.flatMap(([, standIn]) => standIn.unexpected)).toEqual([])
  return { paging, ended, came: all.flatMap(came) }
}

test.each([
  ['a function calls everybody who has it', ['on-call'], 'orders', ['pager', 'mail']],
  ['a contact is called by name', ['mia'], 'orders', ['pager']],
  ['somebody called twice is paged once', ['on-call', 'senior', 'tom'], 'orders', ['pager', 'mail']],
  ['a contact of that system is called', ['dba'], 'orders', ['chat']],
])('%s', async (_, functions, system, expected) => {
  const { ended, came, paging } = await page({ functions, system })
  expect(ended.result).toMatchObject({ state: 'sent' })
  expect(came).toEqual(expected)
  expect(await paging.row()).toMatchObject({ state: 'sent', delivered_at: expect.any(Date) })
  const [sent] = await paging.entries('page.sent')
  expect(sent).toMatchObject({ to: functions, channels: expected })
})

test('who was reached by what is on the timeline and in rows', async () => {
  const { paging } = await page({ functions: ['on-call'] })
  const [sent] = await paging.entries('page.sent')
  expect(sent).toMatchObject({ reached: { mia: 'pager', tom: 'mail' } })
  expect(await paging.notices()).toMatchObject([
    { recipient: 'mia', channel: 'pager', state: 'accepted', attempts: 1, answer_id: paging.incident },
    { recipient: 'tom', channel: 'mail', state: 'accepted', attempts: 1, answer_id: expect.any(String) },
  ])
})

test.each([
  ['a function of another system', ['dba'], 'shop'],
  ['a contact with nothing but a link', ['vendor'], 'orders'],
  ['a name nobody knows', ['ceo'], 'orders'],
])('%s goes to the fallback, and the timeline says so', async (_, functions, system) => {
  const { came, paging } = await page({ functions, system, fallback: { reach: [{ channel: 'chat' }] } })
  expect(came).toEqual(['chat'])
  expect(await paging.entries('page.sent')).toMatchObject([{ channels: ['chat'], nobody: functions }])
})

test('others are paged beside the fallback', async () => {
  const { came } = await page({ functions: ['mia', 'ceo'], fallback: { reach: [{ channel: 'chat' }] } })
  expect(came).toEqual(['pager', 'chat'])
})

test('without a fallback it is written to the log and has failed for good: nobody was woken', async () => {
  const { ended, paging } = await page({ functions: ['ceo'] })
  expect(ended.error).toMatchObject({ code: 'target_rejected' })
  expect(paging.logged).toHaveLength(1)
  expect(await paging.row()).toMatchObject({ state: 'failed' })
  expect(await paging.entries('page.failed')).toMatchObject([
    { failures: { ceo: 'nobody stands behind this name' } },
  ])
})

test('with channels and nobody to call, every page goes to each channel that needs no address', async () => {
  const [pager, chat] = await Promise.all([pagerDutyStandIn(), slackStandIn()])
  const mail = { name: 'mail', kind: 'smtp' } as (typeof channels)[number]
  const paging = await givenPage(database.pool, {
    configuration: { channels: [...channelsOf('pager', 'chat'), mail, { name: 'written', kind: 'log' }] },
    notifiers: [named('pager', pager), named('chat', chat)],
  })
  expect((await paging.attempt()).result).toMatchObject({ state: 'sent' })
  expect([pager.taken.length, chat.taken.length, paging.logged.length]).toEqual([1, 1, 0])
  expect(await paging.entries('page.sent')).toMatchObject([{ to: ['on-call'], channels: ['pager', 'chat'] }])
})

test.each([
  ['another takes it', ['pager', 'chat'], 'sent', 'chat'],
  ['the log wakes nobody', ['pager'], 'failed', undefined],
])('when such a channel fails, %s', async (_, names, state, channel) => {
  const [pager, chat] = await Promise.all([pagerDutyStandIn(), slackStandIn()])
  pager.behave({ status: 404 })
  const paging = await givenPage(database.pool, {
    configuration: { channels: channelsOf(...names) },
    notifiers: [named('pager', pager), named('chat', chat)],
  })
  await paging.attempt()
  expect(paging.logged).toHaveLength(1)
  expect(await paging.row()).toMatchObject({ state })
  const [ended] = [...(await paging.entries('page.sent')), ...(await paging.entries('page.failed'))]
  expect(ended).toMatchObject({ failures: { pager: expect.stringContaining('404') } })
  if (channel !== undefined) expect(ended).toMatchObject({ channels: [channel] })
})

test('an installation without channels pages into its log', async () => {
  const paging = await givenPage(database.pool, {})
  expect((await paging.attempt()).result).toMatchObject({ state: 'sent' })
  expect(paging.logged).toHaveLength(1)
  expect(await paging.entries('page.sent')).toMatchObject([{ to: ['on-call'], channels: ['log'] }])
})
