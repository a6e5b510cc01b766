import { createHash } from 'node:crypto'
import type { IncomingAlert } from '../contracts/alert.ts'
import { type Pool, type Queryable, withCodedErrors } from './database.ts'

/** The channel a commit pokes; every relay listens to it. */
export const relayChannel = 'paramedic_relay'

export interface AcceptedDelivery {
  source: string
  sourceKind: string
  body: Buffer
  alerts: IncomingAlert[]
  truncatedAlerts: number
  atMs: number
}

/** Stores one delivery; see {@link acceptDeliveries}. Returns its id. Throws `database_unavailable`. */
export async function acceptDelivery(db: Queryable, delivery: AcceptedDelivery): Promise<number> {
  const [id] = await acceptDeliveries(db, [delivery])
  return id!
}

/**
 * Stores deliveries and their alerts and pokes the relay, in one statement and so in one commit. Returns the ids, in their
 * order. New keys are inserted in their order, or two commits would wait for each other. Throws `database_unavailable`.
 */
export async function acceptDeliveries(
  db: Queryable,
  deliveries: readonly AcceptedDelivery[],
): Promise<number[]> {
  const { rows } = await withCodedErrors(() =>
    // Named, so that a connection plans it once: planning costs as much as running it for one delivery.
    db.query<{ id: number }>({
      name: 'accept deliveries',
      text: acceptSql,
      values: [
        deliveries.map(({ source }) => source),
        deliveries.map(({ sourceKind }) => sourceKind),
        deliveries.map(({ body }) => body.length),
        deliveries.map(({ alerts }) => alerts.length),
        deliveries.map(({ truncatedAlerts }) => truncatedAlerts),
        deliveries.map(({ atMs }) => new Date(atMs)),
        // All bodies as one value, and all alerts as one: in arrays every byte would be written as two, and every quote escaped.
        Buffer.concat(deliveries.map(({ body }) => body)),
        JSON.stringify(
          deliveries.flatMap(({ alerts }, index) => alerts.map(alert => toRow(alert, index + 1))),
        ),
        relayChannel,
      ],
    }),
  )
  return rows.map(({ id }) => id)
}

function toRow(alert: IncomingAlert, nth: number): object {
  return {
    nth,
    dedup_key: alert.dedupKey,
    alert_key: alert.alertKey,
    status: alert.status,
    name: alert.name,
    labels: alert.labels,
    annotations: alert.annotations,
    starts_at: new Date(alert.startsAtMs),
    ends_at: alert.endsAtMs === undefined ? null : new Date(alert.endsAtMs),
  }
}

// The ids are drawn first, so that alerts know their delivery whatever order the rows are inserted in.
const acceptSql = `
  with given as materialized (
    select nextval(pg_get_serial_sequence('delivery', 'id')) as id, g.*,
      substring($7::bytea from (1 + sum(length) over (order by nth) - length)::integer for length) as body
    from unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::integer[], $6::timestamptz[]) with ordinality
      as g (source, source_kind, length, alert_count, truncated_alerts, received_at, nth)
  ), stored as (
    insert into delivery (id, source, source_kind, state, body, body_sha256, alert_count, truncated_alerts, received_at)
    overriding system value
    select id, source, source_kind, 'accepted', body, sha256(body), alert_count, truncated_alerts, received_at from given
  ), reported as (
    select g.id as delivery_id, g.source, g.received_at, r.* from rows from (
      jsonb_to_recordset($8::jsonb) as (nth bigint, dedup_key text, alert_key text, status text, name text, labels jsonb,
        annotations jsonb, starts_at timestamptz, ends_at timestamptz)) with ordinality
      as r (nth, dedup_key, alert_key, status, name, labels, annotations, starts_at, ends_at, alert_nth)
    join given g using (nth)
  ), keys as (
    insert into correlation (dedup_key) select distinct dedup_key from reported order by dedup_key on conflict do nothing
  ), events as (
    insert into alert_event (delivery_id, source, dedup_key, alert_key, status, name, labels, annotations, starts_at, ends_at, received_at)
    select delivery_id, source, dedup_key, alert_key, status, name, labels, annotations, starts_at, ends_at, received_at
    from reported order by alert_nth
  ), poked as (
    select pg_notify($9, '')
  )
  select given.id from given, poked order by given.nth`

/** Keeps what an authenticated sender sent but nobody could read: shown and counted, never silently thrown away. */
export async function setAsideDelivery(
  pool: Pool,
  delivery: {
    source: string
    sourceKind: string
    state: 'rejected' | 'quarantined'
    body: Buffer
    problem: string
    atMs: number
  },
): Promise<number> {
  const { rows } = await withCodedErrors(() =>
    pool.query<{ id: number }>(
      `insert into delivery (source, source_kind, state, body, body_sha256, problem, received_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning id`,
      [
        delivery.source,
        delivery.sourceKind,
        delivery.state,
        delivery.body.subarray(0, keptBytes),
        sha256(delivery.body),
        delivery.problem,
        new Date(delivery.atMs),
      ],
    ),
  )
  return rows[0]!.id
}

/** Enough of a broken body to see what went wrong. */
const keptBytes = 8 * 1024

function sha256(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest()
}
