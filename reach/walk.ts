/** How one recipient is reached: the first channel with three tries more when it fails, then the next one. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Route } from '../contracts/configuration/people.ts'
import type { Recipient } from '../contracts/directory.ts'
import { limits } from '../contracts/limits.ts'
import type { SingleNotice } from '../contracts/notice.ts'
import { isCodedError } from '../contracts/coded-error.ts'
import type { Delivery } from '../store/notices.ts'
import { type ChannelGate, failureOf } from './channel-gate.ts'

/** Channel -> how far it came. */
export type Tries = Record<string, Delivery>

export interface Walk {
  recipient: Recipient
  notice: SingleNotice
  incident?: string
  /** What is known from before; what happens now is written into it. */
  tries: Tries
  isRecordable: boolean
  /** No further try begins after this. */
  untilMs: number
  signal: AbortSignal
  /** The time of what happened. */
  now(): number
  /** Something was written into `tries`. */
  onTry(): void
}

/**
 * `reached`; `exhausted`: every channel failed for this round, a later one may work; `hopeless`: every channel refused for good;
 * `unfinished`: the time was over first.
 */
export type Reached = 'reached' | 'exhausted' | 'hopeless' | 'unfinished'

/** Walks a recipient's channels in order. A round gives each of them its tries; the next round begins when all have had theirs. */
export async function walk(gate: ChannelGate, walking: Walk): Promise<Reached> {
  const { recipient, tries } = walking
  if (recipient.routes.some(({ channel }) => tries[channel]?.state === 'accepted')) return 'reached'
  const allowed = triesAllowed(recipient, tries)
  for (const route of recipient.routes) {
    const ended = await tryChannel(gate, walking, route, allowed)
    if (ended !== 'failed') return ended
  }
  const isHopeless = recipient.routes.every(({ channel }) => tries[channel]?.state === 'rejected')
  return isHopeless ? 'hopeless' : 'exhausted'
}

/** So many tries a channel has had when this round is over. */
function triesAllowed({ routes }: Recipient, tries: Tries): number {
  const counts = routes.flatMap(({ channel }) => {
    const { state, attempts } = tries[channel] ?? { state: 'waiting', attempts: 0 }
    return state === 'rejected' ? [] : [attempts]
  })
  const rounds = Math.floor(Math.min(...counts, Infinity) / limits.noticeTries)
  return (Number.isFinite(rounds) ? rounds + 1 : 0) * limits.noticeTries
}

async function tryChannel(
  gate: ChannelGate,
  walking: Walk,
  route: Route,
  allowed: number,
): Promise<'reached' | 'failed' | 'unfinished'> {
  const { tries, signal, untilMs } = walking
  for (;;) {
    const before = tries[route.channel] ?? { state: 'waiting', attempts: 0 }
    if (before.state === 'rejected' || before.attempts >= allowed) return 'failed'
    const pauseMs = pauseBefore(before)
    if (pauseMs > limits.noticeWaitsMs) return 'failed'
    if (Date.now() + pauseMs >= untilMs) return 'unfinished'
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal })
    const after = await tryOnce(gate, walking, route, before)
    if (after === undefined) return 'unfinished'
    tries[route.channel] = after
    walking.onTry()
    if (after.state === 'accepted') return 'reached'
  }
}

/** Undefined when it was not its turn. */
async function tryOnce(
  gate: ChannelGate,
  { recipient, notice, incident, isRecordable, untilMs, signal, now }: Walk,
  route: Route,
  { attempts }: Delivery,
): Promise<Delivery | undefined> {
  try {
    const sent = await gate.send({
      recipient: recipient.name,
      route,
      notice,
      isRecordable,
      untilMs,
      signal,
      ...(incident === undefined ? {} : { incident }),
    })
    return { state: 'accepted', attempts: attempts + 1, acceptedAtMs: now(), ...sent }
  } catch (error) {
    if (isCodedError(error) && error.fields['isWaiting'] === true) return undefined
    return { ...failureOf(error), attempts: attempts + 1 }
  }
}

/** Longer after each failure of this round, and never before the channel said. */
function pauseBefore({ attempts, notBeforeMs = 0 }: Delivery): number {
  const failures = attempts % limits.noticeTries
  const backOffMs = failures === 0 ? 0 : limits.noticeBackOffMs * 2 ** (failures - 1)
  return Math.max(backOffMs, notBeforeMs - Date.now())
}
