import type { IncomingAlert } from '../contracts/alert.ts'
import type { AlertEventOutcome } from '../contracts/alert.ts'
import { limits } from '../contracts/limits.ts'
import { openPhases } from '../contracts/incident.ts'
import type { Pool, Queryable } from './database.ts'

/** An alert's row as the relay works on it. */
export interface AlertRow {
  alertKey: string
  source: string
  dedupKey: string
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  status: 'firing' | 'resolved'
  startsAtMs: number
  endsAtMs?: number
  firstSeenAtMs: number
  lastSeenAtMs: number
  events: number
  unconfirmedSinceMs?: number
  mutedUntilMs?: number
  incident?: string
  incidentIsOpen: boolean
}

/** A reported alert that waits for the relay. */
export interface AlertEventRow extends Omit<IncomingAlert, 'dedupKey'> {
  id: number
  source: string
  receivedAtMs: number
}

/** Dedup keys with events that wait, the longest waiting first. */
export async function keysWithEvents(pool: Pool, atMost: number): Promise<string[]> {
  const { rows } = await pool.query<{ dedup_key: string }>(
    'select dedup_key from alert_event where outcome is null group by dedup_key order by min(id) limit $1',
    [atMost],
  )
  return rows.map(row => row.dedup_key)
}

/** Dedup keys with doubts old enough to be settled, the oldest first. */
export async function keysWithDoubts(pool: Pool, atMs: number, atMost: number): Promise<string[]> {
  const { rows } = await pool.query<{ dedup_key: string }>(
    `select dedup_key from alert where unconfirmed_since <= $1
     group by dedup_key order by min(unconfirmed_since) limit $2`,
    [new Date(atMs - limits.replayWindowMs), atMost],
  )
  return rows.map(row => row.dedup_key)
}

/** Takes the key for this transaction; false when another relay has it. */
export async function lockKey(tx: Queryable, dedupKey: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from correlation where dedup_key = $1 for update skip locked',
    [dedupKey],
  )
  return rowCount === 1
}

export async function waitingEvents(
  tx: Queryable,
  dedupKey: string,
  atMost: number,
): Promise<AlertEventRow[]> {
  const { rows } = await tx.query<Record<string, never>>(
    `select id, source, alert_key as "alertKey", status, name, labels, annotations, ${ms('starts_at', 'startsAtMs')},
       ${ms('ends_at', 'endsAtMs')}, ${ms('received_at', 'receivedAtMs')}
     from alert_event where dedup_key = $1 and outcome is null order by id limit $2`,
    [dedupKey, atMost],
  )
  return rows.map(row => withoutNulls<AlertEventRow>(row))
}

/** Locks and reads the named alerts that are known; in key order, against deadlocks. */
export async function lockAlerts(tx: Queryable, alertKeys: string[]): Promise<AlertRow[]> {
  return lockAlertsWhere(tx, 'a.alert_key = any($2)', [alertKeys])
}

/** Locks and reads the alerts of a key whose doubt is old enough. */
export async function lockDoubted(tx: Queryable, dedupKey: string, atMs: number): Promise<AlertRow[]> {
  const since = new Date(atMs - limits.replayWindowMs)
  return lockAlertsWhere(tx, 'a.dedup_key = $2 and a.unconfirmed_since <= $3', [dedupKey, since])
}

async function lockAlertsWhere(tx: Queryable, condition: string, values: unknown[]): Promise<AlertRow[]> {
  const { rows } = await tx.query<Record<string, never>>(
    `select a.alert_key as "alertKey", a.source, a.dedup_key as "dedupKey", a.name, a.labels, a.annotations, a.status,
       ${ms('a.starts_at', 'startsAtMs')}, ${ms('a.ends_at', 'endsAtMs')}, ${ms('a.first_seen_at', 'firstSeenAtMs')},
       ${ms('a.last_seen_at', 'lastSeenAtMs')}, a.events, ${ms('a.unconfirmed_since', 'unconfirmedSinceMs')},
       ${ms('a.muted_until', 'mutedUntilMs')}, a.incident, coalesce(i.phase = any($1), false) as "incidentIsOpen"
     from alert a left join incident i on i.number = a.incident
     where ${condition} order by a.alert_key for update of a`,
    [openPhases, ...values],
  )
  return rows.map(row => withoutNulls<AlertRow>(row))
}

/** Adds an alert nobody knew. Fails when another transaction was faster: then it has to be read and judged again. */
export async function addAlert(tx: Queryable, alert: AlertRow): Promise<void> {
  await tx.query(
    `insert into alert (alert_key, source, dedup_key, name, labels, annotations, status, starts_at, ends_at, first_seen_at,
       last_seen_at, events, unconfirmed_since, muted_until, incident)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    columnsOf(alert),
  )
}

/** Writes an alert that this transaction has locked. */
export async function saveAlert(tx: Queryable, alert: AlertRow): Promise<void> {
  await tx.query(
    `update alert set source = $2, dedup_key = $3, name = $4, labels = $5, annotations = $6, status = $7, starts_at = $8,
       ends_at = $9, first_seen_at = $10, last_seen_at = $11, events = $12, unconfirmed_since = $13, muted_until = $14,
       incident = $15
     where alert_key = $1`,
    columnsOf(alert),
  )
}

function columnsOf(alert: AlertRow): unknown[] {
  return [
    alert.alertKey,
    alert.source,
    alert.dedupKey,
    alert.name,
    alert.labels,
    alert.annotations,
    alert.status,
    new Date(alert.startsAtMs),
    date(alert.endsAtMs),
    new Date(alert.firstSeenAtMs),
    new Date(alert.lastSeenAtMs),
    alert.events,
    date(alert.unconfirmedSinceMs),
    date(alert.mutedUntilMs),
    alert.incident ?? null,
  ]
}

export async function finishEvents(
  tx: Queryable,
  outcomes: Map<number, AlertEventOutcome>,
  atMs: number,
): Promise<void> {
  await tx.query(
    `update alert_event e set outcome = t.outcome, processed_at = $3
     from unnest($1::bigint[], $2::text[]) as t (id, outcome) where e.id = t.id`,
    [[...outcomes.keys()], [...outcomes.values()], new Date(atMs)],
  )
}

/** Counts a failed try of an event; the last try sets it aside, so that it stops nobody else. */
export async function countFailedTry(
  pool: Pool,
  eventId: number,
  problem: string,
  atMs: number,
): Promise<'again' | 'quarantined'> {
  const { rows } = await pool.query<{ outcome: string | null }>(
    `update alert_event set attempts = attempts + 1, problem = $2,
       outcome = case when attempts + 1 >= $3 then 'quarantined' end,
       processed_at = case when attempts + 1 >= $3 then $4::timestamptz end
     where id = $1 and outcome is null
     returning outcome`,
    [eventId, problem, limits.relayAttempts, new Date(atMs)],
  )
  return rows[0]?.outcome === 'quarantined' ? 'quarantined' : 'again'
}

/** How many alerts of the incident fire now. */
export async function countFiring(db: Queryable, incident: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from alert where incident = $1 and status = 'firing'`,
    [incident],
  )
  return rows[0]!.count
}

function ms(column: string, name: string): string {
  return `round(extract(epoch from ${column}) * 1000)::float8 as "${name}"`
}

function date(timeMs: number | undefined): Date | null {
  return timeMs === undefined ? null : new Date(timeMs)
}

/** SQL says null where TypeScript says absent; the columns selected are those of `T`. */
function withoutNulls<T>(row: Record<string, unknown>): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T
}
