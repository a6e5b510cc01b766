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

/**
 * Stores a delivery and its alerts and pokes the relay, in one statement and so in one commit. Returns the delivery's id.
 * New keys are inserted in their order, or two deliveries would wait for each other. Throws `database_unavailable`.
 */
export async function acceptDelivery(db: Queryable, delivery: AcceptedDelivery): Promise<number> {
  const alerts = delivery.alerts.map(alert => ({
    dedup_key: alert.dedupKey,
    alert_key: alert.alertKey,
    status: alert.status,
    name: alert.name,
    labels: alert.labels,
    annotations: alert.annotations,
    starts_at: new Date(alert.startsAtMs),
    ends_at: alert.endsAtMs === undefined ? null : new Date(alert.endsAtMs),
  }))
  const { rows } = await withCodedErrors(() =>
    db.query<{ id: number }>(acceptSql, [
      delivery.source,
      delivery.sourceKind,
      delivery.body,
      sha256(delivery.body),
      alerts.length,
      delivery.truncatedAlerts,
      new Date(delivery.atMs),
      JSON.stringify(alerts),
      relayChannel,
    ]),
  )
  return rows[0]!.id
}

const acceptSql = `
  with stored as (
    insert into delivery (source, source_kind, state, body, body_sha256, alert_count, truncated_alerts, received_at)
    values ($1, $2, 'accepted', $3, $4, $5, $6, $7) returning id
  ), reported as (
    select * from rows from (
      jsonb_to_recordset($8::jsonb) as (dedup_key text, alert_key text, status text, name text, labels jsonb,
        annotations jsonb, starts_at timestamptz, ends_at timestamptz)) with ordinality
  ), keys as (
    insert into correlation (dedup_key) select distinct dedup_key from reported order by dedup_key on conflict do nothing
  ), events as (
    insert into alert_event (delivery_id, source, dedup_key, alert_key, status, name, labels, annotations, starts_at, ends_at, received_at)
    select stored.id, $1, r.dedup_key, r.alert_key, r.status, r.name, r.labels, r.annotations, r.starts_at, r.ends_at, $7
    from reported r, stored order by r.ordinality
  )
  select stored.id, pg_notify($9, '') from stored`

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
