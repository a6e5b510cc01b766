import { canonicalJson } from '../contracts/canonical-json.ts'
import type { AuditPage, ChainedEntry, ChainHead } from '../contracts/audit-views.ts'
import type { Verdict } from '../contracts/incident.ts'
import type { Actor, NewEntry, TimelineEntry, TimelineKind } from '../contracts/timeline.ts'
import type { Queryable } from './database.ts'

/**
 * Appends entries to the hash-chained audit log, in order, inside the caller's transaction. Call it last: it locks the
 * one head row until the transaction ends.
 */
export async function appendEntries(tx: Queryable, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return
  await tx.query(
    `select audit_append(incident, content)
     from unnest($1::text[], $2::text[]) with ordinality as e (incident, content, nth) order by nth`,
    [entries.map(({ incident }) => incident ?? null), entries.map(contentOf)],
  )
}

/** The timeline of one incident, oldest first; `afterSeq` gives what came later. */
export async function readTimeline(
  db: Queryable,
  incident: string,
  afterSeq = 0,
  limit = 1_000,
): Promise<TimelineEntry[]> {
  const { rows } = await db.query<EntryRow>(
    'select seq, content, recorded_at, hash from audit_entry where incident = $1 and seq > $2 order by seq limit $3',
    [incident, afterSeq, limit],
  )
  return rows.map(toEntry)
}

/** Every entry of an incident, however many there are. */
export async function readWholeTimeline(db: Queryable, number: string): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = []
  for (;;) {
    const more = await readTimeline(db, number, entries.at(-1)?.seq ?? 0)
    entries.push(...more)
    if (more.length === 0) return entries
  }
}

/** How the verification `of` ended, which it has. */
export async function readVerdict(
  db: Queryable,
  incident: string,
  of: string,
): Promise<{ verdict: Verdict; because: string }> {
  const { rows } = await db.query<{ verdict: Verdict; because: string }>(
    `select data ->> 'verdict' as verdict, data ->> 'because' as because
     from audit_entry, lateral (select content::jsonb -> 'data' as data) as parsed
     where incident = $1 and content::jsonb ->> 'kind' = 'verification.ended' and data ->> 'of' = $2
     order by seq desc limit 1`,
    [incident, of],
  )
  return rows[0]!
}

/** The channel a commit of entries rings; the payload is the incident's number, empty for an entry of none. */
export const entriesChannel = 'paramedic_entries'

/** Entries of all incidents and of none, oldest first. Their order is that of their commits, so nothing comes in between later. */
export async function readEntries(db: Queryable, afterSeq: number, limit: number): Promise<TimelineEntry[]> {
  const { rows } = await db.query<EntryRow>(
    'select seq, content, recorded_at, hash from audit_entry where seq > $1 order by seq limit $2',
    [afterSeq, limit],
  )
  return rows.map(toEntry)
}

/** The number of the newest entry; 0 when there is none. */
export async function lastSeq(db: Queryable): Promise<number> {
  return (await readAuditHead(db)).seq
}

/** A page of entries exactly as they are chained, with the head at the same moment. */
export interface AuditPageQuery {
  /** Only what comes after this number. */
  after: number
  limit: number
  /** Only entries of this incident, and those that belong to none (freezes). */
  incident?: string | undefined
}

export async function readAuditPage(db: Queryable, query: AuditPageQuery): Promise<AuditPage> {
  // One statement is one snapshot: others may write, and the head still fits the entries. A time is written as it was hashed,
  // in milliseconds; one that has more was changed, and shows it.
  const { rows } = await db.query<{ seq: number; hash: string; entries: ChainedEntry[] }>(
    `select h.seq, h.hash, coalesce((select jsonb_agg(to_jsonb(e) order by e.seq) from (
       select seq, incident, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.' || case
           when date_trunc('milliseconds', recorded_at) = recorded_at then 'MS"Z"' else 'US"Z"' end) as "recordedAt",
         prev_hash as "prevHash", hash, content
       from audit_entry where seq > $1 and ($3::text is null or incident = $3 or incident is null)
       order by seq limit $2) e), '[]') as entries
     from audit_head h`,
    [query.after, query.limit, query.incident ?? null],
  )
  const { seq, hash, entries } = rows[0] ?? { seq: 0, hash: '', entries: [] }
  return { entries, head: { seq, hash } }
}

export async function readAuditHead(db: Queryable): Promise<ChainHead> {
  const { rows } = await db.query<ChainHead>('select seq, hash from audit_head')
  return rows[0] ?? { seq: 0, hash: '' }
}

export interface EntryRow {
  seq: number
  content: string
  recorded_at: Date
  hash: string
}

function contentOf(entry: NewEntry): string {
  // PostgreSQL text cannot hold U+0000; JCS writes it as an escape, which stays an escape.
  return canonicalJson({
    version: 1,
    at: new Date(entry.atMs).toISOString(),
    incident: entry.incident ?? null,
    kind: entry.kind,
    actor: entry.actor,
    data: entry.data,
  })
}

/** An entry as its row has it. */
export function toEntry(row: EntryRow): TimelineEntry {
  const content = JSON.parse(row.content) as {
    at: string
    incident: string | null
    kind: TimelineKind
    actor: Actor
    data: unknown
  }
  const entry = {
    kind: content.kind,
    actor: content.actor,
    atMs: Date.parse(content.at),
    data: content.data,
    ...(content.incident === null ? {} : { incident: content.incident }),
    seq: row.seq,
    recordedAt: row.recorded_at.toISOString(),
    hash: row.hash,
  }
  // Only appendEntries writes these rows, so kind and data belong together; the pairing is lost in JSON.
  return entry as TimelineEntry
}
