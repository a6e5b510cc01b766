/** The door to the channels: at most so much at once, and what cannot go at once goes together. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError, isCodedError } from '../contracts/coded-error.ts'
import type { Route } from '../contracts/configuration/people.ts'
import { limits } from '../contracts/limits.ts'
import type { Notice, Notifier, SingleNotice } from '../contracts/notice.ts'
import type { Pool } from '../store/database.ts'
import { awaitTurn, type Delivery, type NoticeId, settleNotices, takeTurn } from '../store/notices.ts'
import { createMemoryGate } from './memory-gate.ts'
import { notItsTurn, type Sending, type Sent } from './sending.ts'
import { withinMs } from './within-ms.ts'

export interface ChannelGate {
  kindOf(channel: string): Notifier['kind']
  /**
   * Sends when it is this notice's turn; a notice that its channel has taken before is not sent again. Throws what the notifier throws,
   * and `target_unavailable` when its turn does not come in time (`fields.isWaiting`).
   */
  send(sending: Sending): Promise<Sent>
}

/** How often a turn is asked for. */
const askEveryMs = 250

/** What the gate could not write down; people were reached all the same. */
export interface GateLog {
  error(fields: object, message: string): void
}

export function createChannelGate(pool: Pool, notifiers: readonly Notifier[], log: GateLog): ChannelGate {
  const byName = new Map(notifiers.map(notifier => [notifier.name, notifier]))
  const inMemory = createMemoryGate(sendTogether)

  function asked<T>(answer: Promise<T>): Promise<T | undefined> {
    return withinMs(limits.pageAsksMs, answer, error =>
      log.error({ error: String(error) }, 'a notice could not be written down'),
    )
  }

  function notifierOf(channel: string): Notifier {
    const notifier = byName.get(channel)
    if (notifier !== undefined) return notifier
    // The configuration was checked; a worker with another one is a fault somebody has to see.
    throw new CodedError(
      'target_rejected',
      `There is no channel ${channel} in the configuration of this worker.`,
    )
  }

  async function send(sending: Sending): Promise<Sent> {
    const notifier = notifierOf(sending.route.channel)
    // A log is read when somebody wants to.
    if (notifier.kind === 'log') return sendTogether(sending.route, [sending.notice], sending.signal)
    if (!sending.isRecordable) return inMemory.send(sending)
    const recorded = await sendRecorded(sending, notifier)
    return recorded ?? inMemory.send(sending)
  }

  /** Undefined when PostgreSQL stopped answering before anything was sent. */
  async function sendRecorded(sending: Sending, { kind }: Notifier): Promise<Sent | undefined> {
    const { recipient, route, notice, incident, untilMs, signal } = sending
    const id = { key: notice.key, recipient, channel: route.channel, address: route.to ?? '' }
    const wanted = {
      ...id,
      channelKind: kind,
      content: notice,
      ...(incident === undefined ? {} : { incident }),
    }
    const isWanted = await asked(awaitTurn(pool, { ...wanted, atMs: Date.now() }).then(() => true))
    while (isWanted === true) {
      const turn = await asked(takeTurn(pool, id, Date.now()))
      if (turn === undefined) return undefined
      if (turn.is === 'over') return outcomeOf(route.channel, turn.delivery)
      if (turn.is === 'ours') return sendTaken(route, turn.taken, signal)
      if (Date.now() + Math.min(turn.forMs, askEveryMs) >= untilMs) throw notItsTurn(route.channel)
      await delay(Math.min(Math.max(turn.forMs, 20), askEveryMs), undefined, { signal })
    }
    return undefined
  }

  async function sendTaken(
    route: Route,
    taken: readonly { id: NoticeId; content: SingleNotice }[],
    signal: AbortSignal,
  ): Promise<Sent> {
    inMemory.noteSent(route.channel)
    const settle = (ended: Omit<Delivery, 'attempts'>): Promise<unknown> =>
      // Unsettled it is tried again, under the same key.
      asked(
        settleNotices(
          pool,
          taken.map(({ id }) => id),
          ended,
        ),
      )
    try {
      const sent = await sendTogether(
        route,
        taken.map(({ content }) => content),
        signal,
      )
      await settle({ state: 'accepted', acceptedAtMs: Date.now(), ...sent })
      return sent
    } catch (error) {
      await settle(failureOf(error))
      throw error
    }
  }

  async function sendTogether(
    route: Route,
    notices: readonly SingleNotice[],
    signal: AbortSignal,
  ): Promise<Sent> {
    const notice = asOne(notices)
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(limits.notifierTimeoutMs)])
    const receipt = await notifierOf(route.channel).send(notice, route.to, inTime)
    return notice.kind === 'roll-up' ? { ...receipt, rollUp: notice.key } : receipt
  }

  return { kindOf: channel => notifierOf(channel).kind, send }
}

/** The same notice to two recipients at one address is one message; several are a roll-up, known by what is in it. */
function asOne(notices: readonly SingleNotice[]): Notice {
  const of = [...new Map(notices.map(notice => [notice.key, notice])).values()]
  const [first] = of
  if (first !== undefined && of.length === 1) return first
  const keys = of.map(({ key }) => key).toSorted()
  const hash = createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16)
  return { kind: 'roll-up', key: `roll-up/${hash}`, of }
}

/** What somebody else's message made of this notice. */
function outcomeOf(channel: string, delivery: Delivery): Sent {
  const { state, problem = `Channel ${channel} did not take it.`, answerId, rollUp } = delivery
  if (state === 'accepted')
    return { ...(answerId === undefined ? {} : { answerId }), ...(rollUp === undefined ? {} : { rollUp }) }
  throw new CodedError(state === 'rejected' ? 'target_rejected' : 'target_unavailable', problem)
}

/** As it is kept: what the channel said, and until when it wants to be left alone. */
export function failureOf(error: unknown): Omit<Delivery, 'attempts'> {
  if (!isCodedError(error))
    return { state: 'failed', problem: 'an unexpected fault; see the log of the worker' }
  const { retryAfterMs } = error.fields
  return {
    state: error.family === 'unavailable' ? 'failed' : 'rejected',
    problem: error.message,
    ...(typeof retryAfterMs === 'number' ? { notBeforeMs: Date.now() + retryAfterMs } : {}),
  }
}
