/** How far each notice came on each channel, and whose turn it is. */
import type { ChannelKind } from '../contracts/channel-kinds.ts'
import { limits } from '../contracts/limits.ts'
import type { SingleNotice } from '../contracts/notice.ts'
import type { TriedNotice } from '../contracts/timeline.ts'
import { lockBucket, takeToken, untilTokenMs } from './channel-pace.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'

/** One notice to one recipient by one channel. */
export interface NoticeId {
  key: string
  recipient: string
  channel: string
}

export interface NewNotice extends NoticeId {
  channelKind: ChannelKind
  address: string
  incident?: string
  content: SingleNotice
  atMs: number
}

/** What became of a notice on one channel. */
export interface Delivery {
  state: 'waiting' | 'accepted' | 'failed' | 'rejected'
  attempts: number
  problem?: string
  answerId?: string
  rollUp?: string
  notBeforeMs?: number
  acceptedAtMs?: number
}

export type RecordedDelivery = NoticeId & Delivery

/** A notice wants to go out; one that was taken by its channel before stays so. */
export async function awaitTurn(db: Queryable, notice: NewNotice): Promise<void> {
  await db.query(
    `insert into notice (key, recipient, channel, channel_kind, address, kind, incident, content, state, begun_at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9)
     on conflict (key, recipient, channel) do update set state = 'waiting', seen_at = excluded.seen_at, has_waited = false
       where notice.state <> 'accepted'`,
    [...valuesOf(notice), new Date(notice.atMs)],
  )
}

/** In the order of key, recipient, channel, channel_kind, address, kind, incident, content. */
function valuesOf(notice: Omit<NewNotice, 'atMs'>): (string | null)[] {
  return [
    notice.key,
    notice.recipient,
    notice.channel,
    notice.channelKind,
    notice.address,
    notice.content.kind,
    notice.incident ?? null,
    JSON.stringify(notice.content),
  ]
}

export type Turn =
  | { is: 'wait'; forMs: number }
  /** Somebody else sent it meanwhile, or tried to. */
  | { is: 'over'; delivery: Delivery }
  /** The notice, and what could not go at once to the same address; it is the caller's to send and to settle. */
  | { is: 'ours'; taken: { id: NoticeId; content: SingleNotice }[] }

/** Longer than a channel's own limit: whoever took a notice and did not settle it by then is gone. */
const takenForMs = limits.notifierTimeoutMs + 5_000

/**
 * Asks whether it is this notice's turn; whoever has it takes along what could not go at once to the same address. The bucket's lock
 * comes first: two that hold a notice each and want the other's would wait for ever.
 */
export async function takeTurn(pool: Pool, id: NoticeId & { address: string }, atMs: number): Promise<Turn> {
  return inTransaction(pool, async tx => {
    const bucket = await lockBucket(tx, id.channel, atMs)
    const own = await lookAt(tx, id, atMs)
    if (own.state !== 'waiting') return { is: 'over', delivery: own }
    if (own.takenUntilMs > atMs) return { is: 'wait', forMs: own.takenUntilMs - atMs }
    const waitMs = untilTokenMs(bucket)
    if (waitMs > 0) {
      await noteWaiting(tx, id)
      return { is: 'wait', forMs: waitMs }
    }
    await takeToken(tx, id.channel, bucket)
    return { is: 'ours', taken: await takeWaiting(tx, id, atMs) }
  })
}

/** Says that somebody still waits, and reads what became of it. */
async function lookAt(
  tx: Queryable,
  { key, recipient, channel }: NoticeId,
  atMs: number,
): Promise<Delivery & { takenUntilMs: number }> {
  const { rows } = await tx.query<DeliveryRow & { taken_until: Date | null }>(
    `update notice set seen_at = $4 where key = $1 and recipient = $2 and channel = $3
     returning ${deliveryColumns}, taken_until`,
    [key, recipient, channel, new Date(atMs)],
  )
  const row = rows[0]!
  return { ...toDelivery(row), takenUntilMs: row.taken_until?.getTime() ?? 0 }
}

async function noteWaiting(tx: Queryable, { key, recipient, channel }: NoticeId): Promise<void> {
  await tx.query(
    'update notice set has_waited = true where key = $1 and recipient = $2 and channel = $3 and not has_waited',
    [key, recipient, channel],
  )
}

async function takeWaiting(
  tx: Queryable,
  { key, recipient, channel, address }: NoticeId & { address: string },
  atMs: number,
): Promise<{ id: NoticeId; content: SingleNotice }[]> {
  const { rows } = await tx.query<NoticeId & { content: SingleNotice }>(
    `update notice set taken_until = $3, attempts = attempts + 1
     where channel = $1 and address = $2 and state = 'waiting' and seen_at >= $4 and (taken_until is null or taken_until <= $5)
       and (has_waited or (key = $6 and recipient = $7))
     returning key, recipient, channel, content`,
    [
      channel,
      address,
      new Date(atMs + takenForMs),
      new Date(atMs - limits.waiterSilentMs),
      new Date(atMs),
      key,
      recipient,
    ],
  )
  return rows.map(({ content, ...id }) => ({ id, content }))
}

/** Writes what became of notices; what a channel has taken is never anything else again. */
export async function settleNotices(
  db: Queryable,
  ids: readonly NoticeId[],
  ended: Omit<Delivery, 'attempts'>,
): Promise<void> {
  await db.query(
    `update notice n set state = $4, problem = $5, answer_id = $6, roll_up = $7, not_before = $8, accepted_at = $9, taken_until = null
     from unnest($1::text[], $2::text[], $3::text[]) as t (key, recipient, channel)
     where n.key = t.key and n.recipient = t.recipient and n.channel = t.channel and n.state <> 'accepted'`,
    [
      ids.map(id => id.key),
      ids.map(id => id.recipient),
      ids.map(id => id.channel),
      ended.state,
      ended.problem ?? null,
      ended.answerId ?? null,
      ended.rollUp ?? null,
      date(ended.notBeforeMs),
      date(ended.acceptedAtMs),
    ],
  )
}

/** Writes what happened while nobody could write it down. */
export async function saveDelivery(
  tx: Queryable,
  notice: Omit<NewNotice, 'atMs'>,
  delivery: Delivery,
  atMs: number,
): Promise<void> {
  await tx.query(
    `insert into notice (key, recipient, channel, channel_kind, address, kind, incident, content, state, attempts, problem,
       answer_id, roll_up, not_before, accepted_at, begun_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     on conflict (key, recipient, channel) do update set state = excluded.state, attempts = excluded.attempts, problem = excluded.problem,
       answer_id = excluded.answer_id, roll_up = excluded.roll_up, not_before = excluded.not_before, accepted_at = excluded.accepted_at,
       taken_until = null
       where notice.state <> 'accepted'`,
    [
      ...valuesOf(notice),
      delivery.state,
      delivery.attempts,
      delivery.problem ?? null,
      delivery.answerId ?? null,
      delivery.rollUp ?? null,
      date(delivery.notBeforeMs),
      date(delivery.acceptedAtMs),
      new Date(atMs),
    ],
  )
}

/** How far a notice came, with every recipient and channel. */
export async function readDeliveries(db: Queryable, key: string): Promise<RecordedDelivery[]> {
  const { rows } = await db.query<NoticeId & DeliveryRow>(
    `select key, recipient, channel, ${deliveryColumns} from notice where key = $1`,
    [key],
  )
  return rows.map(row => ({
    key: row.key,
    recipient: row.recipient,
    channel: row.channel,
    ...toDelivery(row),
  }))
}

/** The same as an entry keeps it, in one order. */
export async function readTried(db: Queryable, key: string): Promise<TriedNotice[]> {
  const { rows } = await db.query<Omit<TriedNotice, 'acceptedAt'> & { acceptedAt: Date | null }>(
    `select recipient, channel, state, attempts, problem, accepted_at as "acceptedAt", roll_up as "rollUp"
     from notice where key = $1 order by recipient, channel`,
    [key],
  )
  return rows.map(row => ({ ...row, acceptedAt: row.acceptedAt?.toISOString() ?? null }))
}

const deliveryColumns = 'state, attempts, problem, answer_id, roll_up, not_before, accepted_at'

interface DeliveryRow {
  state: Delivery['state']
  attempts: number
  problem: string | null
  answer_id: string | null
  roll_up: string | null
  not_before: Date | null
  accepted_at: Date | null
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    state: row.state,
    attempts: row.attempts,
    ...(row.problem === null ? {} : { problem: row.problem }),
    ...(row.answer_id === null ? {} : { answerId: row.answer_id }),
    ...(row.roll_up === null ? {} : { rollUp: row.roll_up }),
    ...(row.not_before === null ? {} : { notBeforeMs: row.not_before.getTime() }),
    ...(row.accepted_at === null ? {} : { acceptedAtMs: row.accepted_at.getTime() }),
  }
}

function date(timeMs: number | undefined): Date | null {
  return timeMs === undefined ? null : new Date(timeMs)
}
