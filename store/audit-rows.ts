import type {
  AuditRowsPage,
  IncidentRows,
  MissedRunRow,
  PostmortemRow,
  RunbookRow,
} from '../contracts/audit-views.ts'
import type { RunbookInForce } from '../contracts/runbook-registry.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { readFreeze } from './freezes.ts'
import { readAuditHead } from './audit-log.ts'
import { readInForce } from './runbooks-in-force.ts'

/**
 * The rows of incidents in the order of their numbers, in one snapshot with the head of the log: what they have to say is
 * decided by the entries up to that head.
 */
export async function readAuditRows(
  pool: Pool,
  query: { after?: string | undefined; incident?: string | undefined; limit: number },
): Promise<AuditRowsPage> {
  return inTransaction(pool, async tx => {
    await tx.query('set transaction isolation level repeatable read read only')
    const found = await select<IncidentRows['incident']>(tx, incidentSql, [
      query.incident ?? null,
      query.after ?? '',
      query.limit + 1,
    ])
    const page = found.slice(0, query.limit)
    return {
      head: await readAuditHead(tx),
      freeze: await readFreeze(tx),
      runbooks: query.after === undefined ? (await readInForce(tx)).map(runbookRow) : [],
      missedRuns: query.after === undefined ? await select<MissedRunRow>(tx, missedRunSql, []) : [],
      incidents: await withRows(tx, page),
      nextCursor: found.length > page.length ? page.at(-1)!.number : null,
    }
  })
}

function runbookRow(inForce: RunbookInForce): RunbookRow {
  const { source: _, ...row } = inForce
  return row
}

async function withRows(tx: Queryable, incidents: IncidentRows['incident'][]): Promise<IncidentRows[]> {
  const numbers = incidents.map(incident => incident.number)
  const found: [string, Map<string, OfIncident[]>][] = []
  for (const [name, sql] of Object.entries(rowSql)) {
    const rows = await select<OfIncident>(tx, sql, [numbers])
    found.push([name, Map.groupBy(rows, ({ incident }) => incident)])
  }
  return incidents.map(incident => {
    const rows = found.map(([name, byIncident]) => [
      name,
      (byIncident.get(incident.number) ?? []).map(withoutIncident),
    ])
    // That each query gives the rows its key promises is said by its SQL alone.
    const { postmortem, ...lists } = Object.fromEntries(rows) as RowLists
    return { incident, ...lists, postmortem: postmortem[0] ?? null }
  })
}

interface OfIncident {
  incident: string
}

type RowLists = Omit<IncidentRows, 'incident' | 'postmortem'> & { postmortem: PostmortemRow[] }

/** The column that told rows of different incidents apart is no part of the row that is shown. */
function withoutIncident(row: OfIncident): object {
  const { incident: _, ...shown } = row
  return shown
}

/** What is kept of incidents beside their own rows. */
const rowSql: Record<keyof RowLists, string> = {
  runs: `select incident, runbook, runbook_hash as "runbookHash", due_at as "dueAt", started_by as "startedBy", decided_at as "decidedAt"
     from routine_run where incident = any($1) order by id`,
  alerts: `select incident, alert_key as "alertKey", name, status from incident_alert where incident = any($1) order by alert_key`,
  plans: `select incident, step, attempt, plan, plan_hash as "planHash", preview, preview_hash as "previewHash"
     from plan where incident = any($1) order by id`,
  gates: `
  select incident, id, kind, step, plan_hash as "planHash", question, approvers, quorum, state, answer,
    opened_at as "openedAt", expires_at as "expiresAt", decided_at as "decidedAt", decided_by as "decidedBy",
    consumed_at as "consumedAt"
  from gate where incident = any($1) order by id`,
  votes: `select g.incident, v.gate_id as "gateId", v.principal, v.verdict, v.reason, v.at
     from vote v join gate g on g.id = v.gate_id where g.incident = any($1) order by v.gate_id, v.principal`,
  claims: `select incident, step, attempt, action, target, plan_hash as "planHash", claimed_at as "claimedAt", deadline, outcome,
       settled_at as "settledAt", evidence from claim where incident = any($1) order by step, attempt`,
  pages: `select incident, id, level, functions, state, because, due_at as "dueAt", sent_at as "sentAt",
       delivered_at as "deliveredAt", acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy",
       lateness_ms as "latenessMs"
     from page where incident = any($1) order by id`,
  messages: 'select incident, id, kind, body, at from message where incident = any($1) order by id',
  measurements: 'select incident, purpose, checks from measurement where incident = any($1) order by id',
  histories: `select incident, run_id as "runId", sha256, events, length(history_gzip) as bytes
     from history_archive where incident = any($1) order by run_id`,
  notices: `select incident, key, recipient, channel, state, attempts, problem, accepted_at as "acceptedAt", roll_up as "rollUp"
     from notice where incident = any($1) order by key, recipient, channel`,
  postmortem: `select incident, state, version, due_at as "dueAt", drafted_at as "draftedAt", reviewed_at as "reviewedAt",
       reviewed_by as "reviewedBy", published_version as "publishedVersion", published_at as "publishedAt",
       published_by as "publishedBy", first_published_at as "firstPublishedAt"
     from postmortem where incident = any($1)`,
  postmortemVersions: `select incident, version, content, content_hash as "contentHash", written_by as "writtenBy", written_at as "writtenAt", facts
     from postmortem_version where incident = any($1) order by version`,
}

const incidentSql = `
  select number, title, dedup_key as "dedupKey", phase, severity, severity_label as "severityLabel", severity_by as "severityBy",
    impact, impact_by as "impactBy", runbook_name as runbook, runbook_hash as "runbookHash", linked_to as "linkedTo",
    opened_at as "openedAt", acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy",
    first_acknowledged_at as "firstAcknowledgedAt", ack_epoch as "ackEpoch", recovered_at as "recoveredAt",
    closed_at as "closedAt", outcome, end_requested as "endRequested", end_requested_by as "endRequestedBy",
    end_reason as "endReason", routine_due_at as "routineDueAt", routine_closes_at as "routineClosesAt",
    needs_people_at as "needsPeopleAt"
  from incident where ($1::text is null or number = $1) and number > $2 order by number limit $3`

const missedRunSql = `
  select runbook, runbook_hash as "runbookHash", due_at as "dueAt", decided_at as "decidedAt", because
  from routine_run where state = 'missed' order by id`

/** The driver's dates as the ISO texts that `T` promises. */
async function select<T>(tx: Queryable, sql: string, values: unknown[]): Promise<T[]> {
  const { rows } = await tx.query<Record<string, unknown>>(sql, values)
  const iso = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)
  return rows.map(
    row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, iso(value)])) as T,
  )
}
