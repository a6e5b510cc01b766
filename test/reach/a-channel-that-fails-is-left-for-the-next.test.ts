import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { PageProgress } from '../../activities/reach-everybody.ts'
import { pagerDutyStandIn } from '../support/channels/pagerduty.ts'
import { slackStandIn } from '../support/channels/slack.ts'
import type { Behaviour, StandIn } from '../support/channels/stand-in.ts'
import { webhookStandIn } from '../support/channels/webhook.ts'
import { channelsOf, contact, named } from '../support/contacts.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { givenPage, type Paging, refillChannels } from '../support/paging.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase(inject('postgresUrl'))))
beforeEach(() => refillChannels(database.pool))
afterAll(() => database.drop())

interface World extends Record<'pager' | 'chat' | 'hook', StandIn> {
  paging: Paging
}

/** Mia is on call: the pager first, then the chat. The webhook is the fallback. */
async function given(pager: Behaviour[], chat: Behaviour[] = [], hook?: Behaviour[]): Promise<World> {
  const world = {
    pager: await pagerDutyStandIn(),
    chat: await slackStandIn(),
    hook: await webhookStandIn(),
  }
  world.pager.behave(...pager)
  world.chat.behave(...chat)
  world.hook.behave(...(hook ?? []))
  const paging = await givenPage(database.pool, {
    configuration: {
      channels: channelsOf('pager', 'chat', 'hook'),
      contacts: [contact('mia', ['pager', 'chat'], { functions: ['on-call'] })],
      ...(hook === undefined ? {} : { fallback: { reach: [{ channel: 'hook' }] } }),
    },
    notifiers: [named('pager', world.pager), named('chat', world.chat), named('hook', world.hook)],
  })
  return { ...world, paging }
}

const fails: Behaviour = { status: 500 }
const refuses: Behaviour = { status: 404 }
const always = (behaviour: Behaviour): Behaviour[] => Array.from({ length: 30 }, () => behaviour)

test('a channel that fails is tried three times more, a little later each time', async () => {
  const { paging, pager, chat } = await given([fails, fails, fails])
  const startedAt = Date.now()
  await paging.attempt()
  expect(pager.taken).toHaveLength(1)
  expect(chat.taken).toEqual([])
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(3_500)
  expect(await paging.notices()).toMatchObject([{ channel: 'pager', state: 'accepted', attempts: 4 }])
})

test('after four failures the next channel has its turn', async () => {
  const { paging, pager, chat } = await given(always(fails))
  await paging.attempt()
  expect(pager.taken).toEqual([])
  expect(chat.taken).toHaveLength(1)
  expect(await paging.entries('page.sent')).toMatchObject([
    { reached: { mia: 'chat' }, failures: { 'mia by pager': expect.stringContaining('500') } },
  ])
})

test('what was refused for good is not tried again', async () => {
  const { paging, chat } = await given([refuses])
  const startedAt = Date.now()
  await paging.attempt()
  expect(chat.taken).toHaveLength(1)
  expect(Date.now() - startedAt).toBeLessThan(900)
  expect(await paging.notices()).toMatchObject([
    { channel: 'chat', state: 'accepted' },
    { channel: 'pager', state: 'rejected', attempts: 1 },
  ])
})

test('a short pause that a channel asks for is kept', async () => {
  const { paging, pager } = await given([{ status: 429, retryAfterSeconds: 2 }])
  const startedAt = Date.now()
  await paging.attempt()
  expect(pager.taken).toHaveLength(1)
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_900)
})

test('a channel that asks for a long pause is left at once', async () => {
  const { paging, pager, chat } = await given([{ status: 429, retryAfterSeconds: 120 }])
  const startedAt = Date.now()
  await paging.attempt()
  expect(pager.taken).toEqual([])
  expect(chat.taken).toHaveLength(1)
  expect(Date.now() - startedAt).toBeLessThan(900)
})

test('when all of them have failed the fallback is paged', async () => {
  const { paging, hook } = await given(always(fails), always(refuses), [])
  await paging.attempt()
  expect(hook.taken).toHaveLength(1)
  expect(await paging.entries('page.sent')).toMatchObject([
    {
      channels: ['hook'],
      failures: { 'mia by pager': expect.any(String), 'mia by chat': expect.any(String) },
    },
  ])
})

test('when nobody is reached it is seen, and the next attempt begins a new round', async () => {
  const { paging, pager } = await given([fails, fails, fails, fails], always(refuses))
  const first = await paging.attempt()
  expect(first.error).toMatchObject({ code: 'target_unavailable' })
  expect(await paging.row()).toMatchObject({ state: 'failed', delivered_at: null })
  expect(await paging.entries('page.failed')).toMatchObject([
    {
      failures: {
        'mia by pager': expect.stringContaining('500'),
        'mia by chat': expect.stringContaining('404'),
      },
    },
  ])
  const second = await paging.attempt(first.heartbeat)
  expect(second.result).toMatchObject({ state: 'sent' })
  expect(pager.taken).toHaveLength(1)
  expect(await paging.row()).toMatchObject({ state: 'sent', delivered_at: expect.any(Date) })
})

test('when every channel refuses for good there is no further attempt', async () => {
  const { paging } = await given([refuses], [refuses], [refuses])
  expect((await paging.attempt()).error).toMatchObject({ code: 'target_rejected' })
})

test('another worker goes on where the first one stopped, and repeats nothing', async () => {
  const { paging, pager, chat } = await given([fails, fails, fails, fails], ['loses-the-answer'])
  const first = await paging.attempt()
  expect(first.result).toMatchObject({ state: 'sent' })
  // It was taken twice by a service that knows no key: the answer to the first was lost.
  expect(chat.taken).toHaveLength(2)
  // The worker died before its record: rows and heartbeat know what was done.
  await database.pool.query(`update page set state = 'sending' where incident = $1`, [paging.incident])
  const second = await paging.attempt()
  expect(second.result).toMatchObject({ state: 'sent' })
  expect([pager.taken.length, chat.taken.length]).toEqual([0, 2])
})

test('what only the heartbeat knows is not repeated either', async () => {
  const { paging, pager, chat } = await given([])
  const done: PageProgress = {
    tries: { mia: { pager: { state: 'accepted', attempts: 1, acceptedAtMs: Date.now() } } },
    isUnasked: true,
    isOver: true,
    sentAtMs: Date.now(),
  }
  const { result } = await paging.attempt(done)
  expect(result).toMatchObject({ state: 'sent' })
  expect([pager.taken.length, chat.taken.length]).toEqual([0, 0])
  expect(await paging.entries('page.sent')).toMatchObject([
    { reached: { mia: 'pager' }, unrecordedFor: expect.any(String) },
  ])
})
