import type { Phase, Severity } from '../contracts/incident.ts'
import type { RulePhase } from '../contracts/rule.ts'
import type { FindingKind } from '../contracts/supervision.ts'
import type { Queryable } from './database.ts'
import { countFindings } from './supervision-findings.ts'
import { lastLookAt } from './supervision-lease.ts'
import { countWork, type WorkCounts } from './waiting-work.ts'

export interface MetricReadings extends WorkCounts {
  incidents: { phase: Phase; severity: Severity; count: number }[]
  /** Runs of routines by what became of them; `open` of those that are not over, and of these so many need people. */
  routines: { opened: number; missed: number; open: number; needPeople: number }
  /** Age of the oldest thing the relay has not taken; 0 when nothing waits. */
  oldestWaitingAlertMs: number
  oldestUndeliveredMessageMs: number
  unreadDeliveries: number
  rules: { phase: RulePhase; count: number }[]
  rulesWithProblems: number
  /** How late the rule is that has been due the longest; 0 when none is. */
  oldestDueRuleMs: number
  /** Findings of supervision that are not over. */
  findings: Partial<Record<FindingKind, number>>
  /** When supervision last looked; 0 before. */
  lastLookMs: number
  /** Tries by kind of channel; what is on its way is not among them. */
  notices: { channelKind: string; sent: number; failed: number }[]
  rollUps: number
  runbooks: { name: string; hash: string }[]
  runbookFilesWithFaults: number
}

export async function readMetrics(db: Queryable, atMs: number): Promise<MetricReadings> {
  const counts = await countWork(db)
  const incidents = await db.query<MetricReadings['incidents'][number]>(
    'select phase, severity, count(*)::int as count from incident where routine_due_at is null group by phase, severity',
  )
  const routines = await db.query<MetricReadings['routines']>(
    `select (select count(*) from routine_run where state = 'opened')::int as opened,
       (select count(*) from routine_run where state = 'missed')::int as missed,
       count(*)::int as open, count(needs_people_at)::int as "needPeople"
     from incident where routine_due_at is not null and phase <> 'closed'`,
  )
  const { rows } = await db.query<{ alert: Date | null; message: Date | null; unread: number }>(
    `select (select min(received_at) from alert_event where outcome is null) as alert,
       (select min(at) from message where delivered_at is null) as message,
       (select count(*) from delivery where state <> 'accepted')::int as unread`,
  )
  const rules = await db.query<{ phase: RulePhase; count: number; problems: number; due: Date }>(
    `select phase, count(*)::int as count, count(problem)::int as problems, min(due_at) as due from threshold_rule group by phase`,
  )
  const notices = await db.query<MetricReadings['notices'][number]>(
    `select channel_kind as "channelKind", count(*) filter (where state = 'accepted')::int as sent,
       sum(attempts - case when state = 'accepted' or taken_until is not null then 1 else 0 end)::int as failed
     from notice group by channel_kind`,
  )
  const together = await db.query<{ count: number }>(
    `select count(distinct roll_up)::int as count from notice where state = 'accepted'`,
  )
  const runbooks = await db.query<{ name: string; hash: string }>(
    'select name, hash from runbook_in_force order by name',
  )
  const faulty = await db.query<{ count: number }>('select count(*)::int as count from runbook_fault')
  const oldest = rows[0]!
  return {
    ...counts,
    notices: notices.rows,
    rollUps: together.rows[0]!.count,
    runbooks: runbooks.rows,
    runbookFilesWithFaults: faulty.rows[0]!.count,
    incidents: incidents.rows,
    routines: routines.rows[0]!,
    oldestWaitingAlertMs: age(oldest.alert, atMs),
    oldestUndeliveredMessageMs: age(oldest.message, atMs),
    unreadDeliveries: oldest.unread,
    rules: rules.rows.map(({ phase, count }) => ({ phase, count })),
    rulesWithProblems: rules.rows.reduce((sum, { problems }) => sum + problems, 0),
    oldestDueRuleMs: Math.max(0, ...rules.rows.map(({ due }) => age(due, atMs))),
    findings: await countFindings(db),
    lastLookMs: (await lastLookAt(db))?.getTime() ?? 0,
  }
}

function age(since: Date | null, atMs: number): number {
  return since === null ? 0 : Math.max(0, atMs - since.getTime())
}

/** Durations that are final once they are there: their counts only ever rise, as a histogram's must. */
const durations = {
  acknowledge:
    'select extract(epoch from first_acknowledged_at - opened_at) as seconds from incident where first_acknowledged_at is not null',
  // While an incident is open its recovery can still be lost.
  recover:
    'select extract(epoch from recovered_at - opened_at) as seconds from incident where recovered_at is not null and closed_at is not null',
  gate: `select extract(epoch from decided_at - opened_at) as seconds from gate where state in ('approved', 'denied')`,
  page: `select lateness_ms / 1000.0 as seconds from page where state = 'sent'`,
} as const

export interface StoredHistogram {
  /** Cumulative, in the order of the upper bounds asked for. */
  counts: number[]
  count: number
  sum: number
}

/** Counts every duration on record into buckets with these upper bounds, in seconds. */
export async function readHistogram(
  db: Queryable,
  of: keyof typeof durations,
  bounds: readonly number[],
): Promise<StoredHistogram> {
  const { rows } = await db.query<{ counts: number[] | null; count: number; sum: number }>(
    `with measured as (select greatest(seconds, 0)::float8 as seconds from (${durations[of]}) d)
     select (select array_agg(below order by bound) from (
         select bound, (select count(*)::int from measured where seconds <= bound) as below from unnest($1::float8[]) as bound) b) as counts,
       count(*)::int as count, coalesce(sum(seconds), 0)::float8 as sum
     from measured`,
    [bounds],
  )
  const row = rows[0]!
  return { counts: row.counts ?? [], count: row.count, sum: row.sum }
}
