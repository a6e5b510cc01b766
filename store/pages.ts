import { openPhases } from '../contracts/incident.ts'
import type { Queryable } from './database.ts'

export interface PageIntent {
  id: string
  incident: string
  epoch: number
  level: number
  functions: string[]
  /** `published`: a page about the post-mortem, which outlives the incident. */
  unless?: 'acknowledged' | 'resolved' | 'published'
  dueAtMs: number
  atMs: number
}

export interface BegunPage {
  state: 'sending' | 'sent' | 'failed' | 'suppressed'
  /** Why it is, or would be, no longer wanted. */
  because: string | null
  /** False when the intent was on record before and stays as it is. */
  isNew: boolean
}

/**
 * Decides by the incident's row whether a level pages, and keeps the intent. An acknowledgement committed before this
 * statement wins; one after it comes too late. An intent that has not reached anybody yet is asked about again at every
 * try; one that has (`hasReached`) is not taken back.
 */
export async function beginPage(tx: Queryable, page: PageIntent, hasReached = false): Promise<BegunPage> {
  const { rows: locked } = await tx.query<{ because: string | null }>(
    `select case
        when $3 = 'published' then (select 'the post-mortem is published' from postmortem p
          where p.incident = number and p.first_published_at is not null)
        when phase <> all($2) then 'the incident has ended'
        when $3 = 'acknowledged' and acknowledged_at is not null and ack_epoch >= $4 then 'acknowledged by ' || acknowledged_by
        when $3 = 'acknowledged' and ack_epoch > $4 then 'a newer alert restarted this level'
        when $3 = 'resolved' and recovered_at is not null then 'recovered'
      end as because
     from incident where number = $1 for no key update`,
    [page.incident, openPhases, page.unless ?? null, page.epoch],
  )
  const because = locked[0]?.because ?? null
  const inserted = await tx.query(
    `insert into page (id, incident, epoch, level, functions, state, because, due_at, begun_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do update set state = 'suppressed', because = excluded.because
       where page.state in ('sending', 'failed') and excluded.state = 'suppressed'`,
    [
      page.id,
      page.incident,
      page.epoch,
      page.level,
      page.functions,
      because === null || hasReached ? 'sending' : 'suppressed',
      hasReached ? null : because,
      new Date(page.dueAtMs),
      new Date(page.atMs),
    ],
  )
  const { rows } = await tx.query<Omit<BegunPage, 'isNew'>>('select state, because from page where id = $1', [
    page.id,
  ])
  const begun = rows[0]!
  return { ...begun, because: hasReached ? because : begun.because, isNew: inserted.rowCount === 1 }
}

/** The first channel took it, while others are still tried. */
export async function noteDelivered(db: Queryable, id: string, atMs: number): Promise<void> {
  await db.query('update page set delivered_at = $2 where id = $1 and delivered_at is null', [
    id,
    new Date(atMs),
  ])
}

export async function finishPage(
  tx: Queryable,
  id: string,
  finished: {
    state: 'sent' | 'failed'
    latenessMs: number
    channels: Record<string, string>
    /** Handed to a channel. */
    sentAtMs: number
    /** Taken by a channel. */
    deliveredAtMs?: number
  },
): Promise<void> {
  await tx.query(
    `update page set state = $2, because = null, sent_at = $3, lateness_ms = $4, channels = $5,
       delivered_at = coalesce($6, delivered_at) where id = $1`,
    [
      id,
      finished.state,
      new Date(finished.sentAtMs),
      finished.latenessMs,
      finished.channels,
      finished.deliveredAtMs === undefined ? null : new Date(finished.deliveredAtMs),
    ],
  )
}

/** An acknowledgement answers every page that went out before it; returns their ids. */
export async function acknowledgePages(
  tx: Queryable,
  incident: string,
  by: string,
  atMs: number,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update page set acknowledged_at = $2, acknowledged_by = $3
     where incident = $1 and state in ('sending', 'sent') and acknowledged_at is null returning id`,
    [incident, new Date(atMs), by],
  )
  return rows.map(({ id }) => id).toSorted()
}
