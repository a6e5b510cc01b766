import { openPhases } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { StatusView } from '../contracts/views.ts'
import type { Queryable } from './database.ts'

export type WorkCounts = Pick<
  StatusView,
  | 'openIncidents'
  | 'openGates'
  | 'undeliveredMessages'
  | 'waitingAlerts'
  | 'quarantinedAlerts'
  | 'mutedAlerts'
>

export async function countWork(db: Queryable): Promise<WorkCounts> {
  const { rows } = await db.query<WorkCounts>(
    `select (select count(*) from incident where ${isOpenSql})::int as "openIncidents",
       (select count(*) from gate where state = 'open')::int as "openGates",
       (select count(*) from message where delivered_at is null)::int as "undeliveredMessages",
       (select count(*) from alert_event where outcome is null)::int as "waitingAlerts",
       (select count(*) from alert_event where outcome = 'quarantined')::int as "quarantinedAlerts",
       (select count(*) from alert where status = 'firing' and muted_until > now())::int as "mutedAlerts"`,
  )
  return rows[0]!
}

export type StuckKind =
  | 'alert'
  | 'message'
  | 'not-started'
  | 'gate'
  | 'claim'
  | 'rule'
  | 'rule-late'
  | 'quarantined-alert'
  | 'unread-delivery'
  | 'failed-page'
  | 'unreached-contact'
  | 'failed-news'
  | 'waiting-news'
  | 'missed-routine'

export interface StuckRow {
  kind: StuckKind
  subject: string
  sinceMs: number
}

/** Everything here normally takes seconds; a minute is somebody's trouble and not yet a disaster. */
const patienceMs = 60_000
/** Rows of each kind; the first ones say what is wrong. */
const shown = 20

/** What waits longer than it should, the longest first within each kind, so many of each. `sinceMs` is how long. */
export async function findStuck(db: Queryable, atMs: number, limit = shown): Promise<StuckRow[]> {
  const { rows } = await db.query<{ kind: StuckKind; subject: string; since: Date }>(
    stuckQueries.map(query => `(${query} order by since limit ${limit})`).join(' union all '),
    [new Date(atMs - patienceMs), new Date(atMs - limits.setAsideShownMs)],
  )
  return rows.map(row => ({ kind: row.kind, subject: row.subject, sinceMs: atMs - row.since.getTime() }))
}

// A literal, so that the planner can use the partial index on open incidents.
const isOpenSql = `phase in (${openPhases.map(phase => `'${phase}'`).join(', ')})`

const stuckQueries = [
  `select 'alert' as kind, dedup_key as subject, min(received_at) as since from alert_event
   where outcome is null group by dedup_key having min(received_at) < $1`,
  `select 'message', incident, min(at) as since from message where delivered_at is null group by incident having min(at) < $1`,
  `select 'not-started', number, opened_at as since from incident
   where workflow_started_at is null and ${isOpenSql} and opened_at < $1`,
  `select 'gate', id, expires_at as since from gate where state = 'open' and expires_at < $1`,
  `select 'claim', incident || '/' || step || '/' || attempt, deadline as since from claim where outcome is null and deadline < $1`,
  `select 'rule', name || ': ' || problem, problem_since as since from threshold_rule where problem_since < $1`,
  // A worker that is gone makes all of its site late: one line says so.
  `select 'rule-late', case count(*) when 1 then min(name) else count(*) || ' rules' end
       || case site when '' then '' else ' at site ' || site end, min(due_at) as since from threshold_rule
   where due_at < $1 group by site`,
  `select 'quarantined-alert', name || ' from ' || source, processed_at as since from alert_event
   where outcome = 'quarantined' and processed_at > $2`,
  // One row a source: a sender that goes on and on must not bury what else is stuck.
  `select 'unread-delivery', case when count(*) > 1 then count(*) || ' deliveries from ' || source || ', the last one ' || max(id)
     else 'delivery ' || max(id) || ' from ' || source end, min(received_at) as since from delivery
   where state <> 'accepted' and received_at > $2 group by source`,
  `select 'failed-page', id, due_at as since from page where state = 'failed' and begun_at > $2`,
  `select 'unreached-contact', recipient || ', ' || key || ' (' || min(problem) || ')', min(begun_at) as since from notice n
   where kind = 'page' and state in ('failed', 'rejected') and begun_at > $2 and not exists (
     select from notice taken where taken.key = n.key and taken.recipient = n.recipient and taken.state = 'accepted')
   group by recipient, key`,
  `select 'failed-news', recipient || ', ' || key || ' (' || coalesce(problem, 'no channel') || ')', ended_at as since from telling
   where state = 'failed' and ended_at > $2`,
  `select 'waiting-news', event || ' of ' || incident, at as since from news where addressed_at is null and at < $1`,
  // One row a routine, with its newest time: one that runs each hour must not bury what another one missed.
  `select 'missed-routine', runbook || ' of ' || to_char(max(due_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC ('
       || (array_agg(because order by due_at desc))[1] || ')'
       || case count(*) when 1 then '' else ', ' || count(*) || ' times since ' || to_char(min(due_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC' end,
     max(due_at) as since
   from routine_run where state = 'missed' and decided_at > $2 group by runbook`,
]
