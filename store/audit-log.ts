import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Actor, NewEntry, TimelineEntry, TimelineKind } from '../contracts/timeline.ts'
import type { Queryable } from './database.ts'

/**
 * Appends entries to the hash-chained audit log, in order, inside the caller's transaction. Call it last: it locks the
 * one head row until the transaction ends.
 */
export async function appendEntries(tx: Queryable, entries: readonly NewEntry[]): Promise<void> {
  for (const entry of entries) {
    await tx.query('select audit_append($1, $2)', [entry.incident ?? null, contentOf(entry)])
  }
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
  return (await readHead(db)).seq
}

export type ChainFault = { seq: number; fault: 'content' | 'link' | 'sequence' | 'truncated' }

/**
 * Recomputes the whole chain; the first entry that does not fit, or undefined when all fit. Others may write meanwhile: the
 * last entry found lies between the heads before and after.
 */
export async function findChainFault(db: Queryable): Promise<ChainFault | undefined> {
  const before = await readHead(db)
  let previous = { seq: 0, hash: '0'.repeat(64) }
  for (;;) {
    const { rows } = await db.query<EntryRow & { prev_hash: string }>(
      'select seq, content, recorded_at, prev_hash, hash from audit_entry where seq > $1 order by seq limit 1000',
      [previous.seq],
    )
    for (const row of rows) {
      if (row.seq !== previous.seq + 1) return { seq: previous.seq + 1, fault: 'sequence' }
      if (row.prev_hash !== previous.hash) return { seq: row.seq, fault: 'link' }
      if (hashOf(row, previous.hash) !== row.hash) return { seq: row.seq, fault: 'content' }
      previous = row
    }
    if (rows.length === 0) break
  }
  const after = await readHead(db)
  const fits = [before, after].every(head => head.seq !== previous.seq || head.hash === previous.hash)
  if (before.seq <= previous.seq && previous.seq <= after.seq && fits) return undefined
  return { seq: Math.min(previous.seq, after.seq) + 1, fault: 'truncated' }
}

async function readHead(db: Queryable): Promise<{ seq: number; hash: string }> {
  const { rows } = await db.query<{ seq: number; hash: string }>('select seq, hash from audit_head')
  return rows[0] ?? { seq: -1, hash: '' }
}

interface EntryRow {
  seq: number
  content: string
  recorded_at: Date
  hash: string
}

function contentOf(entry: NewEntry): string {
  const content = canonicalize({
    version: 1,
    at: new Date(entry.atMs).toISOString(),
    incident: entry.incident ?? null,
    kind: entry.kind,
    actor: entry.actor,
    data: entry.data,
  })
  // PostgreSQL text cannot hold U+0000; JCS writes it as this escape, which stays an escape.
  if (content === undefined) throw new TypeError(`Audit entry ${entry.kind} has no JSON form.`)
  return content
}

function toEntry(row: EntryRow): TimelineEntry {
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

function hashOf(row: EntryRow, previousHash: string): string {
  const text = ['paramedic/audit/v1', row.seq, row.recorded_at.toISOString(), previousHash, row.content].join(
    '\n',
  )
  return createHash('sha256').update(text).digest('hex')
}
