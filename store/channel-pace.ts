import { limits } from '../contracts/limits.ts'
import type { Queryable } from './database.ts'

/** What a channel may still send now; a token is one message. */
export interface Bucket {
  tokens: number
  atMs: number
}

/**
 * Locks a channel's bucket until the transaction ends, so that all processes take turns, and fills it. A clock that is behind the
 * others' adds nothing.
 */
export async function lockBucket(tx: Queryable, channel: string, atMs: number): Promise<Bucket> {
  await tx.query(
    'insert into channel_pace (channel, tokens, counted_at) values ($1, $2, $3) on conflict do nothing',
    [channel, limits.channelBurst, new Date(atMs)],
  )
  const { rows } = await tx.query<{ tokens: number; counted_at: Date }>(
    'select tokens, counted_at from channel_pace where channel = $1 for update',
    [channel],
  )
  const { tokens, counted_at: countedAt } = rows[0]!
  return filled({ tokens, atMs: countedAt.getTime() }, atMs)
}

/** Takes one token out of a bucket that this transaction has locked. */
export async function takeToken(tx: Queryable, channel: string, bucket: Bucket): Promise<void> {
  await tx.query('update channel_pace set tokens = $2, counted_at = $3 where channel = $1', [
    channel,
    bucket.tokens - 1,
    new Date(bucket.atMs),
  ])
}

/** A bucket as time has filled it. */
export function filled({ tokens, atMs: countedMs }: Bucket, atMs: number): Bucket {
  const elapsedMs = Math.max(0, atMs - countedMs)
  return {
    tokens: Math.min(limits.channelBurst, tokens + elapsedMs / limits.channelTokenMs),
    atMs: Math.max(countedMs, atMs),
  }
}

/** Until there is a whole token; 0 when there is one. */
export function untilTokenMs({ tokens }: Bucket): number {
  return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * limits.channelTokenMs)
}
