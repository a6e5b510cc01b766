import type { IncidentMessage } from '../contracts/messages.ts'
import type { Pool, Queryable } from './database.ts'
import { relayChannel } from './deliveries.ts'

/** A message before it has a row. */
export type MessageBody = IncidentMessage extends infer M
  ? M extends IncidentMessage
    ? // The version is kept under its hash, and is put into the message when it is read.
      Omit<M, 'rowId' | 'atMs' | (M['kind'] extends 'rebased' ? 'runbook' : never)>
    : never
  : never

/** Leaves a message for an incident's workflow and pokes the relay; returns the row's id. */
export async function leaveMessage(
  tx: Queryable,
  incident: string,
  message: MessageBody,
  atMs: number,
): Promise<number> {
  const { kind, ...body } = message
  const { rows } = await tx.query<{ id: number }>(
    `with left_message as (insert into message (incident, kind, body, at) values ($1, $2, $3, $4) returning id)
     select id, pg_notify($5, '') from left_message`,
    [incident, kind, JSON.stringify(body), new Date(atMs), relayChannel],
  )
  return rows[0]!.id
}

/** Reads the named messages of an incident, in the order they were left. Ids that are not there are left out. */
export async function readMessages(
  db: Queryable,
  incident: string,
  rowIds: number[],
): Promise<IncidentMessage[]> {
  const { rows } = await db.query<{ id: number; kind: string; body: object; at: Date }>(
    `select id, kind, at, case when v.hash is null then body else body || jsonb_build_object('runbook', v.normalised) end as body
     from message left join runbook_version v on kind = 'rebased' and v.hash = body ->> 'hash'
     where incident = $1 and id = any($2) order by id`,
    [incident, rowIds],
  )
  // Only leaveMessage writes these rows, so kind and body belong together.
  return rows.map(
    row => ({ rowId: row.id, atMs: row.at.getTime(), kind: row.kind, ...row.body }) as IncidentMessage,
  )
}

/** Incidents with undelivered messages or a workflow not yet started, the longest waiting first. */
export async function incidentsToDeliver(pool: Pool, atMost: number): Promise<string[]> {
  const { rows } = await pool.query<{ incident: string }>(
    `select incident from message where delivered_at is null group by incident order by min(id) limit $1`,
    [atMost],
  )
  return rows.map(row => row.incident)
}

/** Takes an incident's deliveries for this transaction; false when another relay has them. */
export async function lockDeliveries(tx: Queryable, incident: string): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('paramedic/deliver/' || $1, 0)) as locked`,
    [incident],
  )
  return rows[0]!.locked
}

export async function undelivered(
  tx: Queryable,
  incident: string,
): Promise<{ rowIds: number[]; isStarted: boolean }> {
  const { rows } = await tx.query<{ id: number; started: boolean }>(
    `select m.id, i.workflow_started_at is not null as started from message m join incident i on i.number = m.incident
     where m.incident = $1 and m.delivered_at is null order by m.id`,
    [incident],
  )
  return { rowIds: rows.map(row => row.id), isStarted: rows[0]?.started === true }
}

export async function markDelivered(
  tx: Queryable,
  incident: string,
  rowIds: number[],
  at: Date,
): Promise<void> {
  await tx.query('update message set delivered_at = $2, attempts = attempts + 1 where id = any($1)', [
    rowIds,
    at,
  ])
  await tx.query(
    'update incident set workflow_started_at = $2 where number = $1 and workflow_started_at is null',
    [incident, at],
  )
}

/** Remembers why a delivery failed; it is tried again for ever, because PostgreSQL says it must arrive. */
export async function countFailedDelivery(pool: Pool, incident: string, problem: string): Promise<void> {
  await pool.query(
    'update message set attempts = attempts + 1, problem = $2 where incident = $1 and delivered_at is null',
    [incident, problem],
  )
}
