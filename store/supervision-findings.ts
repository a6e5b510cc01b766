import type { Finding, FindingKind } from '../contracts/supervision.ts'
import { findingKey } from '../contracts/supervision.ts'
import type { Queryable } from './database.ts'

/** A finding on record. */
export interface KnownFinding extends Finding {
  id: number
  isConfirmed: boolean
  /** The last look did not see it. */
  isMissed: boolean
  pagedAtMs: number | null
}

interface FindingRow {
  id: number
  kind: FindingKind
  subject: string
  incident: string | null
  since: Date
  confirmed_at: Date | null
  missed_at: Date | null
  paged_at: Date | null
}

const columns = 'id, kind, subject, incident, since, confirmed_at, missed_at, paged_at'

function toKnown(row: FindingRow): KnownFinding {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    ...(row.incident === null ? {} : { incident: row.incident }),
    sinceMs: row.since.getTime(),
    isConfirmed: row.confirmed_at !== null,
    isMissed: row.missed_at !== null,
    pagedAtMs: row.paged_at?.getTime() ?? null,
  }
}

/** Those that have not ended, the oldest first. */
export async function currentFindings(db: Queryable): Promise<KnownFinding[]> {
  const { rows } = await db.query<FindingRow>(
    `select ${columns} from supervision_finding where ended_at is null order by since, id`,
  )
  return rows.map(toKnown)
}

/** Those that people should know of: confirmed, not ended. */
export async function confirmedFindings(db: Queryable, limit: number): Promise<KnownFinding[]> {
  const { rows } = await db.query<FindingRow>(
    `select ${columns} from supervision_finding where ended_at is null and confirmed_at is not null order by since, id limit $1`,
    [limit],
  )
  return rows.map(toKnown)
}

export async function countFindings(db: Queryable): Promise<Partial<Record<FindingKind, number>>> {
  const { rows } = await db.query<{ kind: FindingKind; count: number }>(
    `select kind, count(*)::int as count from supervision_finding
     where ended_at is null and confirmed_at is not null group by kind`,
  )
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
}

/** Confirmed, not ended, and nobody was told yet. */
export async function unpagedFindings(db: Queryable): Promise<KnownFinding[]> {
  const { rows } = await db.query<FindingRow>(
    `select ${columns} from supervision_finding
     where ended_at is null and confirmed_at is not null and paged_at is null order by since, id`,
  )
  return rows.map(toKnown)
}

/** Kinds that somebody was paged about after this time. */
export async function kindsPagedSince(db: Queryable, atMs: number): Promise<Set<FindingKind>> {
  const { rows } = await db.query<{ kind: FindingKind }>(
    'select distinct kind from supervision_finding where paged_at > $1',
    [new Date(atMs)],
  )
  return new Set(rows.map(({ kind }) => kind))
}

/** Ended after somebody was paged, who does not know yet that it is over. */
export async function overUnsaid(db: Queryable): Promise<KnownFinding[]> {
  const { rows } = await db.query<FindingRow>(
    `select ${columns} from supervision_finding
     where paged_at is not null and over_said_at is null and ended_at is not null order by id`,
  )
  return rows.map(toKnown)
}

/** What one look makes of the findings on record; ids and findings in bulk, one statement each. */
export interface FindingChanges {
  begun: Finding[]
  confirmed: readonly number[]
  seen: readonly number[]
  missed: readonly number[]
  forgotten: readonly number[]
  ended: readonly number[]
}

export async function applyChanges(tx: Queryable, changes: FindingChanges, atMs: number): Promise<void> {
  const at = new Date(atMs)
  const now = 'update supervision_finding set'
  await tx.query('delete from supervision_finding where id = any($1)', [changes.forgotten])
  await tx.query(`${now} last_seen_at = $2, missed_at = null where id = any($1)`, [
    [...changes.seen, ...changes.confirmed],
    at,
  ])
  await tx.query(`${now} confirmed_at = $2 where id = any($1)`, [changes.confirmed, at])
  await tx.query(`${now} missed_at = $2 where id = any($1)`, [changes.missed, at])
  await tx.query(`${now} ended_at = $2 where id = any($1)`, [changes.ended, at])
  const { begun } = changes
  await tx.query(
    `insert into supervision_finding (key, kind, subject, incident, since, first_seen_at, last_seen_at)
     select key, kind, subject, incident, since, $6, $6
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) as b (key, kind, subject, incident, since)`,
    [
      begun.map(findingKey),
      begun.map(({ kind }) => kind),
      begun.map(({ subject }) => subject),
      begun.map(({ incident }) => incident ?? null),
      begun.map(({ sinceMs }) => new Date(sinceMs)),
      at,
    ],
  )
}

/** Returns those that nobody had marked before. */
export async function markPaged(tx: Queryable, ids: readonly number[], atMs: number): Promise<Set<number>> {
  const { rows } = await tx.query<{ id: number }>(
    'update supervision_finding set paged_at = $2 where id = any($1) and paged_at is null returning id',
    [ids, new Date(atMs)],
  )
  return new Set(rows.map(({ id }) => id))
}

export async function markOverSaid(tx: Queryable, ids: readonly number[], atMs: number): Promise<void> {
  await tx.query(
    'update supervision_finding set over_said_at = $2 where id = any($1) and over_said_at is null',
    [ids, new Date(atMs)],
  )
}
