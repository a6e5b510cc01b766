/** The pace of this process alone, for when PostgreSQL does not answer: the same bucket, the same roll-up. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Route } from '../contracts/configuration/people.ts'
import { limits } from '../contracts/limits.ts'
import type { SingleNotice } from '../contracts/notice.ts'
import { type Bucket, filled } from '../store/channel-pace.ts'
import { notItsTurn, type Sending, type Sent } from './sending.ts'

interface Waiting {
  notice: SingleNotice
  /** Set by whoever takes it along. */
  sent?: Promise<Sent>
}

const askEveryMs = 250

export function createMemoryGate(
  sendTogether: (route: Route, notices: readonly SingleNotice[], signal: AbortSignal) => Promise<Sent>,
) {
  const buckets = new Map<string, Bucket>()
  const lines = new Map<string, Waiting[]>()

  function bucketOf(channel: string): Bucket {
    const bucket = buckets.get(channel) ?? { tokens: limits.channelBurst, atMs: Date.now() }
    return filled(bucket, Date.now())
  }

  function takeToken(channel: string): boolean {
    const bucket = bucketOf(channel)
    buckets.set(channel, { ...bucket, tokens: Math.max(0, bucket.tokens - 1) })
    return bucket.tokens >= 1
  }

  async function send({ route, notice, signal, untilMs }: Sending): Promise<Sent> {
    const address = `${route.channel} ${route.to ?? ''}`
    const line = lines.get(address) ?? []
    lines.set(address, line)
    const own: Waiting = { notice }
    line.push(own)
    while (own.sent === undefined) {
      if (bucketOf(route.channel).tokens >= 1) {
        takeToken(route.channel)
        const together = line.splice(0)
        const sent = sendTogether(
          route,
          together.map(waiting => waiting.notice),
          signal,
        )
        for (const waiting of together) waiting.sent = sent
      } else if (Date.now() + askEveryMs >= untilMs) {
        line.splice(line.indexOf(own), 1)
        throw notItsTurn(route.channel)
      } else await delay(askEveryMs, undefined, { signal })
    }
    return own.sent
  }

  return {
    send,
    /** What went out by the shared pace counts here too, or an outage would begin with a burst. */
    noteSent: (channel: string): void => void takeToken(channel),
  }
}
