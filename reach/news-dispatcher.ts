/** Tells stakeholders, and services with an alarm of their own, what happened; sends the tests of contacts. Needs no Temporal. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Recipient } from '../contracts/directory.ts'
import { limits } from '../contracts/limits.ts'
import type { NewEntry, TriedNotice } from '../contracts/timeline.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import {
  addressNews,
  endTelling,
  postponeTelling,
  takeNews,
  takeTelling,
  type Telling,
} from '../store/news.ts'
import { readDeliveries, readTried } from '../store/notices.ts'
import { type People, recipientNamed, tellingsOf } from './addressees.ts'
import type { ChannelGate } from './channel-gate.ts'
import { type Tries, walk } from './walk.ts'

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
    const tellNext = async (tx: Queryable): Promise<number> => {
      const telling = await takeTelling(tx, atMs)
      if (telling === undefined) return 0
      await tellOne(tx, gate, people, telling, signal)
      return 1
    }
    return inTransaction(pool, tellNext, { idleMs: limits.idleWhileTellingMs })
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
    ...(state === 'told'
      ? {}
      : { problem: Object.values(failures).join(' ') || 'nobody with a channel stands behind this name' }),
  })
}

/** Of a test and of an alarm only the one channel is asked for. */
function recipientOf({ kind, recipient, channel }: Telling, people: People): Recipient {
  const known = recipientNamed(recipient, kind === 'test' ? { ...people, stakeholders: [] } : people)
  if (channel === undefined) return known
  return { name: recipient, routes: [known.routes.find(route => route.channel === channel) ?? { channel }] }
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
