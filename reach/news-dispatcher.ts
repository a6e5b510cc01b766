/** Tells stakeholders, and services with an alarm of their own, what happened; sends the tests of contacts. Needs no Temporal. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Configuration } from '../contracts/configuration.ts'
import type { Recipient } from '../contracts/directory.ts'
import { limits } from '../contracts/limits.ts'
import type { NewEntry, TriedNotice } from '../contracts/timeline.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import {
  addressNews,
  endTelling,
  type NewTelling,
  postponeTelling,
  takeNews,
  takeTelling,
  type Telling,
  type UnaddressedNews,
} from '../store/news.ts'
import { readDeliveries, readTried } from '../store/notices.ts'
import type { ChannelGate } from './channel-gate.ts'
import { type Tries, walk } from './walk.ts'

type People = Pick<Configuration, 'contacts' | 'stakeholders'>

export interface NewsDispatcher {
  /** Works until told to stop. */
  run(signal: AbortSignal): Promise<void>
  /** One pass over everything that waits and is due; returns how much was done. */
  pass(atMs: number): Promise<number>
}

/** Messages on their way at the same time; each holds one connection of the pool. */
const lanes = 4
/** A process that is asked to stop does not begin to wait. */
const never = new AbortController().signal

export function createNewsDispatcher(
  pool: Pool,
  gate: ChannelGate,
  people: People,
  log: { error(fields: object, message: string): void },
): NewsDispatcher {
  async function address(atMs: number): Promise<number> {
    return inTransaction(pool, async tx => {
      const unaddressed = await takeNews(tx, atMs)
      if (unaddressed === undefined) return 0
      await addressNews(tx, unaddressed, tellingsOf(unaddressed, people), atMs)
      return 1
    })
  }

  /** The row stays locked while its message is on its way: whoever dies lets go of it. */
  async function tell(atMs: number, signal: AbortSignal): Promise<number> {
    return inTransaction(pool, async tx => {
      const telling = await takeTelling(tx, atMs)
      if (telling === undefined) return 0
      await tellOne(tx, gate, people, telling, signal)
      return 1
    })
  }

  async function pass(atMs: number, signal: AbortSignal = never): Promise<number> {
    const addressed = await untilNothingIsLeft(() => address(atMs))
    const told = await Promise.all(
      Array.from({ length: lanes }, () => untilNothingIsLeft(() => tell(atMs, signal))),
    )
    return told.reduce((sum, count) => sum + count, addressed)
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pass(Date.now(), signal).catch((error: unknown) => {
        if (!signal.aborted) log.error({ error: String(error) }, 'news could not be told and are tried again')
      })
      await delay(limits.relayPollMs, undefined, { signal }).catch(() => {})
    }
  }

  return { run, pass }
}

async function untilNothingIsLeft(work: () => Promise<number>): Promise<number> {
  for (let done = 0; ; done += 1) if ((await work()) === 0) return done
}

/** One message for each stakeholder whom it concerns, and for each alarm that a page of the incident has set off. */
function tellingsOf(
  { id, news, worst, pagers }: UnaddressedNews,
  { stakeholders }: Pick<People, 'stakeholders'>,
): NewTelling[] {
  const { event, incident, system } = news
  const telling = (recipient: string, channel?: string): NewTelling => {
    const key = `${incident}/news/${id}/${recipient}`
    const content = { kind: 'news', key, news } as const
    return { key, kind: 'news', recipient, incident, content, ...(channel === undefined ? {} : { channel }) }
  }
  const told = stakeholders.filter(
    ({ on, systems, severities }) =>
      event !== 'acknowledged' &&
      on.includes(event) &&
      (systems === undefined || systems.includes(system)) &&
      // Is, or has been, this severe.
      severities.some(severity => severity >= worst),
  )
  // A pager hears of the end and of whoever took it; opening and severity came with the page.
  const alarms = event === 'acknowledged' || event === 'resolved' ? pagers : []
  return [
    ...told.map(({ name }) => telling(name)),
    ...alarms.map(channel => telling(`alarm ${channel}`, channel)),
  ]
}

async function tellOne(
  tx: Queryable,
  gate: ChannelGate,
  people: People,
  telling: Telling,
  signal: AbortSignal,
): Promise<void> {
  const recipient = recipientOf(telling, people)
  const tries: Tries = {}
  for (const { channel, recipient: name, ...delivery } of await readDeliveries(tx, telling.key))
    if (name === recipient.name) tries[channel] = delivery
  const reached = await walk(gate, {
    recipient,
    notice: telling.content,
    tries,
    isRecordable: true,
    untilMs: Date.now() + limits.pageRoundMs,
    signal,
    now: Date.now,
    onTry() {},
    ...(telling.incident === undefined ? {} : { incident: telling.incident }),
  })
  const rounds = telling.kind === 'test' ? 1 : limits.tellingRounds
  const isLast = telling.attempts + 1 >= rounds || reached === 'hopeless'
  if (reached === 'unfinished')
    return postponeTelling(tx, telling.key, { untilMs: Date.now() + 1_000, isRound: false })
  if (reached === 'exhausted' && !isLast) {
    const pauseMs = limits.tellingPauseMs * 4 ** telling.attempts
    return postponeTelling(tx, telling.key, { untilMs: Date.now() + pauseMs, isRound: true })
  }
  const failures = failuresOf(tries)
  const state = reached === 'reached' ? 'told' : 'failed'
  await endTelling(tx, telling.key, {
    state,
    atMs: Date.now(),
    entry: entryOf(telling, state, tries, await readTried(tx, telling.key)),
    ...(state === 'told' ? {} : { problem: Object.values(failures).join(' ') }),
  })
}

/** As the configuration of today says; a stakeholder who is gone from it is not reached any more, and that is seen. */
function recipientOf({ kind, recipient, channel }: Telling, { contacts, stakeholders }: People): Recipient {
  const known = (kind === 'test' ? contacts : stakeholders).find(({ name }) => name === recipient)
  const reach = known?.reach ?? []
  if (channel === undefined) return { name: recipient, routes: reach }
  return { name: recipient, routes: [reach.find(route => route.channel === channel) ?? { channel }] }
}

function failuresOf(tries: Tries): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tries).flatMap(([channel, { state, problem }]) =>
      state === 'accepted' ? [] : [[channel, problem ?? 'not tried'] as const],
    ),
  )
}

function entryOf(telling: Telling, state: 'told' | 'failed', tries: Tries, notices: TriedNotice[]): NewEntry {
  const common = { actor: 'paramedic', atMs: Date.now() } as const
  const channel = Object.keys(tries).find(name => tries[name]?.state === 'accepted') ?? ''
  const failures = failuresOf(tries)
  const { content, recipient } = telling
  if (content.kind !== 'news') {
    const problem = Object.values(failures)[0] ?? 'it has no channel any more'
    const data = { contact: recipient, channel: telling.channel ?? channel }
    return { ...common, kind: 'contact.tested', data: state === 'told' ? data : { ...data, problem } }
  }
  const about = { ...common, incident: content.news.incident }
  const data = { to: recipient, event: content.news.event, key: telling.key, notices }
  return state === 'told'
    ? { ...about, kind: 'news.told', data: { ...data, channel } }
    : { ...about, kind: 'news.failed', data: { ...data, failures } }
}
