/**
 * Goal: a storm of pages is at most twelve messages a minute and nobody's page is lost. Method: two gates, as two worker
 * processes have them, on one database and one channel, on the real clock.
 */
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Notifier } from '../../contracts/notice.ts'
import { type ChannelGate, createChannelGate } from '../../reach/channel-gate.ts'
import { openDatabase, type Pool } from '../../store/database.ts'
import { awaitTurn, readDeliveries } from '../../store/notices.ts'
import { slackStandIn } from '../support/channels/slack.ts'
import { named } from '../support/contacts.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { givenIncident } from '../support/incidents.ts'
import { aPage } from '../support/notices.ts'

let database: FreshDatabase
let other: Pool
beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
  other = openDatabase(database.url, { name: 'the other worker' })
})
const troubles: object[] = []
const log = { error: (fields: object) => void troubles.push(fields) }
afterEach(() => expect(troubles).toEqual([]))
afterAll(async () => {
  await other.end()
  await database.drop()
})

/** Each test has a channel, and so a pace, of its own. */
describe('a storm', () => {
  test('two processes share the pace: six go at once, the rest in one message that names all', async () => {
    const standIn = await slackStandIn()
    const notifier = named('storm', standIn)
    const gates = [
      createChannelGate(database.pool, [notifier], log),
      createChannelGate(other, [notifier], log),
    ]
    const incidents = await Promise.all(
      Array.from({ length: 20 }, () => givenIncident(database.pool, { atMs: Date.now() })),
    )
    const startedAt = Date.now()
    const sent = await Promise.all(
      incidents.map((incident, index) => send(gates[index % 2]!, 'storm', incident)),
    )
    expect(Date.now() - startedAt).toBeLessThan(12_000)
    expect(standIn.unexpected).toEqual([])
    expect(standIn.taken).toHaveLength(7)

    const single = incidents.filter((_, index) => sent[index]!.rollUp === undefined)
    const together = incidents.filter((_, index) => sent[index]!.rollUp !== undefined)
    expect([single.length, together.length]).toEqual([6, 14])
    const rollUp = standIn.taken.at(-1)!.shown
    expect(rollUp).toContain('14 more pages')
    for (const incident of together) expect(rollUp).toContain(`npx paramedic incident ack ${incident}`)
    for (const incident of incidents) {
      const [delivery] = await readDeliveries(database.pool, `${incident}/page/0/0`)
      expect(delivery).toMatchObject({ state: 'accepted', attempts: 1 })
      expect(delivery?.rollUp !== undefined).toBe(together.includes(incident))
    }
  })

  test('a roll-up that fails fails for everybody in it, and each is tried again', async () => {
    const standIn = await slackStandIn()
    const gate = createChannelGate(database.pool, [named('failing', standIn)], log)
    await leaveTokens('failing', 0.9)
    standIn.behave({ status: 503 })
    const late = (await six()).slice(0, 2)
    const first = await Promise.allSettled(late.map(incident => send(gate, 'failing', incident)))
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const [delivery] = await readDeliveries(database.pool, `${late[0]!}/page/0/0`)
    expect(delivery).toMatchObject({ state: 'failed', problem: expect.stringContaining('503') })
    await leaveTokens('failing', 0.9)
    const second = await Promise.all(late.map(incident => send(gate, 'failing', incident)))
    expect(second[0]?.rollUp).toBeDefined()
    expect(second[1]?.rollUp).toBe(second[0]?.rollUp)
  })

  test('what a dead process was waiting for is not taken along: its page has its own next try', async () => {
    const standIn = await slackStandIn()
    const gate = createChannelGate(database.pool, [named('haunted', standIn)], log)
    const [dead, alive] = (await six()) as [string, string]
    const page = aPage({ incident: dead, id: `${dead}/page/0/0` })
    await awaitTurn(database.pool, {
      key: page.key,
      recipient: 'mia',
      channel: 'haunted',
      channelKind: 'slack',
      address: '',
      incident: dead,
      content: page,
      atMs: Date.now() - 60_000,
    })
    expect(await send(gate, 'haunted', alive)).toEqual({})
    expect(standIn.taken).toHaveLength(1)
    expect(await readDeliveries(database.pool, page.key)).toMatchObject([{ state: 'waiting', attempts: 0 }])
  })

  test('without PostgreSQL a process keeps the pace by itself', async () => {
    const standIn = await slackStandIn()
    let untold = 0
    const gone = openDatabase('postgresql://nobody@127.0.0.1:9/nothing')
    const gate = createChannelGate(gone, [named('alone', standIn)], { error: () => (untold += 1) })
    const numbers = Array.from({ length: 9 }, (_, index) => `INC-2026-03-14-10${index}`)
    const sent = await Promise.all(
      numbers.map((incident, index) => send(gate, 'alone', incident, { isRecordable: index === 0 })),
    )
    expect(standIn.taken).toHaveLength(7)
    expect(sent.filter(({ rollUp }) => rollUp !== undefined)).toHaveLength(3)
    expect(untold).toBe(1)
    await gone.end()
  })

  test('a turn that does not come in time is no failed try', async () => {
    const standIn = await slackStandIn()
    const gate = createChannelGate(database.pool, [named('busy', standIn)], log)
    await leaveTokens('busy', 0)
    const [late] = (await six()) as [string]
    const waiting = send(gate, 'busy', late, { withinMs: 500 })
    await expect(waiting).rejects.toMatchObject({ fields: { isWaiting: true } })
    expect(await readDeliveries(database.pool, `${late}/page/0/0`)).toMatchObject([
      { state: 'waiting', attempts: 0 },
    ])
  })
})

test('one notice for two people at one address is one message', async () => {
  const standIn = await slackStandIn()
  let held: (() => void) | undefined
  const holding: Notifier = {
    ...named('shared', standIn),
    async send(notice, to, signal) {
      // The first message is on its way while the other two line up.
      if (held === undefined) await new Promise<void>(resolve => (held = resolve))
      return standIn.notifier.send(notice, to, signal)
    },
  }
  const gate = createChannelGate(database.pool, [holding], log)
  const [first, second] = (await six()) as [string, string]
  const blocked = send(gate, 'shared', first)
  await expect.poll(() => held).toBeDefined()
  await leaveTokens('shared', 0.9)
  const both = [send(gate, 'shared', second), send(gate, 'shared', second, { recipient: 'tom' })]
  held?.()
  await blocked
  expect(await Promise.all(both)).toEqual([{}, {}])
  expect(standIn.taken).toHaveLength(2)
})

/** As after a burst: `tokens` of one are there, the next whole one comes in the rest of ten seconds. */
async function leaveTokens(channel: string, tokens: number): Promise<void> {
  await database.pool.query(
    `insert into channel_pace values ($1, $2, $3)
     on conflict (channel) do update set tokens = excluded.tokens, counted_at = excluded.counted_at`,
    [channel, tokens, new Date()],
  )
}

function six(): Promise<string[]> {
  return Promise.all(Array.from({ length: 6 }, () => givenIncident(database.pool, { atMs: Date.now() })))
}

interface Options {
  recipient?: string
  isRecordable?: boolean
  withinMs?: number
}

function send(
  gate: ChannelGate,
  channel: string,
  incident: string,
  { recipient = 'mia', isRecordable = true, withinMs = 14_000 }: Options = {},
): ReturnType<ChannelGate['send']> {
  return gate.send({
    recipient,
    route: { channel },
    notice: aPage({
      incident,
      id: `${incident}/page/0/0`,
      acknowledgeCommand: `npx paramedic incident ack ${incident}`,
    }),
    incident,
    isRecordable,
    untilMs: Date.now() + withinMs,
    signal: AbortSignal.timeout(20_000),
  })
}
