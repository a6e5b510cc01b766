import { CodedError } from '../contracts/coded-error.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import type { AlertView, ClaimView, IncidentDetail, PageView } from '../contracts/views.ts'
import { readTimeline } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { listGates } from './gates.ts'
import { readDecidingEntries } from './open-incidents.ts'
import { summaryColumns, summaryCounts, type SummaryRow, toSummary } from './incident-views.ts'

/** What one answer shows at most; the counts of the summary say how many there are, the timeline's own route has the rest. */
const alertsShown = 200
const entriesShown = 1_000

/** What is on record of an incident; what follows from it and its runbook is calculated by whoever shows it. */
export type IncidentRecord = Omit<IncidentDetail, 'nextPage' | 'nextUpdate'>

/** Everything about one incident, as it was at one moment. Throws `not_found`. */
export async function readIncidentRecord(pool: Pool, number: string): Promise<IncidentRecord> {
  return inSnapshot(pool, tx => readRecord(tx, number))
}

/** The same, with what decides about its escalation, however long ago that was. Throws `not_found`. */
export async function readRecordAndDeciding(
  pool: Pool,
  number: string,
): Promise<{ record: IncidentRecord; deciding: TimelineEntry[] }> {
  return inSnapshot(pool, async tx => {
    const record = await readRecord(tx, number)
    const deciding = await readDecidingEntries(tx, [number])
    return { record, deciding: deciding.get(number) ?? [] }
  })
}

/** One snapshot: a decision that arrives between the queries must not show a gate open and its entry decided. */
async function inSnapshot<T>(pool: Pool, read: (tx: Queryable) => Promise<T>): Promise<T> {
  return inTransaction(pool, async tx => {
    await tx.query('set transaction isolation level repeatable read read only')
    return read(tx)
  })
}

async function readRecord(tx: Queryable, number: string): Promise<IncidentRecord> {
  const incident = await readIncident(tx, number)
  return {
    ...incident,
    alerts: await readAlerts(tx, number),
    gates: await listGates(tx, { incident: number }),
    claims: await readClaims(tx, number),
    pages: await readPages(tx, number),
    timeline: await readTimeline(tx, number, await lastEntryLeftOut(tx, number), entriesShown),
  }
}

type IncidentRow = SummaryRow &
  Pick<IncidentDetail, 'runbookHash' | 'runbookHashInForce' | 'bindings' | 'linkedTo'> & {
    postmortemDueAt: Date | null
    inputs: IncidentDetail['inputs'] | null
  }

async function readIncident(
  tx: Queryable,
  number: string,
): Promise<Omit<IncidentRecord, 'alerts' | 'gates' | 'claims' | 'pages' | 'timeline'>> {
  const { rows } = await tx.query<IncidentRow>(
    `select ${summaryColumns('i')}, i.runbook_hash as "runbookHash", f.hash as "runbookHashInForce", i.bindings, i.inputs, i.linked_to as "linkedTo",
       i.postmortem_due_at as "postmortemDueAt"
     from incident i ${summaryCounts('i')} left join runbook_in_force f on f.name = i.runbook_name where i.number = $1`,
    [number],
  )
  const row = rows[0]
  if (row === undefined)
    throw new CodedError('not_found', `There is no incident ${number}.`, { fields: { number } })
  const { runbookHash, runbookHashInForce, bindings, inputs, linkedTo, postmortemDueAt, ...summary } = row
  return {
    ...toSummary(summary),
    runbookHash,
    runbookHashInForce,
    bindings,
    inputs: inputs ?? [],
    linkedTo,
    postmortemDueAt: postmortemDueAt?.toISOString() ?? null,
  }
}

/** Firing ones first, then the newest. */
async function readAlerts(tx: Queryable, number: string): Promise<AlertView[]> {
  const { rows } = await tx.query<
    Omit<AlertView, 'startsAt' | 'endsAt' | 'lastSeenAt'> & {
      startsAt: Date
      endsAt: Date | null
      lastSeenAt: Date
    }
  >(
    `select name, status, labels, annotations, starts_at as "startsAt", ends_at as "endsAt", last_seen_at as "lastSeenAt", events
     from incident_alert where incident = $1 order by status, starts_at desc, alert_key limit $2`,
    [number, alertsShown],
  )
  return rows.map(row => ({
    ...row,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
    lastSeenAt: row.lastSeenAt.toISOString(),
  }))
}

async function readClaims(tx: Queryable, number: string): Promise<ClaimView[]> {
  const { rows } = await tx.query<
    Omit<ClaimView, 'claimedAt' | 'deadline' | 'settledAt'> & {
      claimedAt: Date
      deadline: Date
      settledAt: Date | null
    }
  >(
    `select step, attempt, action, target, claimed_at as "claimedAt", deadline, outcome, settled_at as "settledAt"
     from claim where incident = $1 order by claimed_at, step, attempt`,
    [number],
  )
  return rows.map(row => ({
    ...row,
    claimedAt: row.claimedAt.toISOString(),
    deadline: row.deadline.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  }))
}

async function readPages(tx: Queryable, number: string): Promise<PageView[]> {
  const { rows } = await tx.query<
    Omit<PageView, 'dueAt' | 'sentAt' | 'deliveredAt' | 'acknowledgedAt'> & {
      dueAt: Date
      sentAt: Date | null
      deliveredAt: Date | null
      acknowledgedAt: Date | null
    }
  >(
    `select id, level, functions, state, because, due_at as "dueAt", sent_at as "sentAt", delivered_at as "deliveredAt",
       acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy", lateness_ms as "latenessMs",
       coalesce((select json_agg(json_build_object('recipient', n.recipient, 'channel', n.channel, 'state', n.state,
           'attempts', n.attempts, 'problem', n.problem, 'rollUp', n.roll_up,
           'acceptedAt', to_char(n.accepted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by n.recipient, n.begun_at)
         from notice n where n.key = page.id), '[]') as notices
     from page where incident = $1 order by due_at, id`,
    [number],
  )
  return rows.map(row => ({
    ...row,
    dueAt: row.dueAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
  }))
}

/** A long incident shows its newest entries; 0 when all of them fit. */
async function lastEntryLeftOut(tx: Queryable, number: string): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>(
    'select seq from audit_entry where incident = $1 order by seq desc offset $2 limit 1',
    [number, entriesShown],
  )
  return rows[0]?.seq ?? 0
}
