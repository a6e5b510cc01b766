import { openPhases, type Phase, type Severity } from '../contracts/incident.ts'
import type { IncidentList, IncidentSummary } from '../contracts/views.ts'
import type { Queryable } from './database.ts'

export interface IncidentFilter {
  phase?: Phase | undefined
  /** Only those from detection to verification. */
  open?: boolean | undefined
  severity?: Severity | undefined
  system?: string | undefined
  /** `nextCursor` of the page before. */
  cursor?: string | undefined
  limit: number
}

/** One page of incidents, the newest first. The cursor is the last incident's number: its row knows when it was opened. */
export async function listIncidents(db: Queryable, filter: IncidentFilter): Promise<IncidentList> {
  const { rows } = await db.query<SummaryRow>(
    `with page as (
       select * from incident i
       where ($1::text is null or i.phase = $1) and ($2::boolean is not true or i.phase = any($3))
         and ($4::text is null or i.severity = $4) and ($5::text is null or i.system = $5)
         and ($6::text is null or (i.opened_at, i.number) < (select c.opened_at, c.number from incident c where c.number = $6))
       order by i.opened_at desc, i.number desc limit $7 + 1
     )
     select ${summaryColumns('page')} from page ${summaryCounts('page')} order by page.opened_at desc, page.number desc`,
    [
      filter.phase ?? null,
      filter.open ?? null,
      openPhases,
      filter.severity ?? null,
      filter.system ?? null,
      filter.cursor ?? null,
      filter.limit,
    ],
  )
  const incidents = rows.slice(0, filter.limit).map(toSummary)
  return { incidents, nextCursor: rows.length > filter.limit ? incidents.at(-1)!.number : null }
}

/** A summary as the driver gives it: times are still dates. */
export type SummaryRow = Omit<IncidentSummary, TimeColumn | 'routine'> &
  RoutineColumns & { openedAt: Date } & Record<Exclude<TimeColumn, 'openedAt'>, Date | null>
interface RoutineColumns {
  routineDueAt: Date | null
  routineClosesAt: Date | null
  needsPeopleAt: Date | null
}
type TimeColumn = 'openedAt' | 'acknowledgedAt' | 'recoveredAt' | 'closedAt'

/** The columns of a summary; `row` has those of the table `incident`. */
export function summaryColumns(row: string): string {
  return `${row}.number, ${row}.title, ${row}.phase, ${row}.severity, ${row}.severity_label as "severityLabel", ${row}.impact,
    ${row}.system, ${row}.environment, ${row}.owner, ${row}.runbook_name as runbook, ${row}.opened_at as "openedAt",
    ${row}.routine_due_at as "routineDueAt", ${row}.routine_closes_at as "routineClosesAt", ${row}.needs_people_at as "needsPeopleAt",
    ${row}.acknowledged_at as "acknowledgedAt", ${row}.acknowledged_by as "acknowledgedBy", ${row}.recovered_at as "recoveredAt",
    ${row}.closed_at as "closedAt", ${row}.outcome, reported.firing as "alertsFiring", reported.total as "alertsTotal",
    asking.gates as "openGates"`
}

/** Counts beside the rows of one page; each is an index look-up, and all of them are one statement. */
export function summaryCounts(row: string): string {
  return `
    cross join lateral (select count(*) filter (where status = 'firing')::int as firing, count(*)::int as total
      from incident_alert where incident = ${row}.number) reported
    cross join lateral (select count(*)::int as gates from gate where incident = ${row}.number and state = 'open') asking`
}

export function toSummary(row: SummaryRow): IncidentSummary {
  const { routineDueAt, routineClosesAt, needsPeopleAt, ...rest } = row
  return {
    ...rest,
    routine:
      routineDueAt === null || routineClosesAt === null
        ? null
        : {
            dueAt: routineDueAt.toISOString(),
            closesAt: routineClosesAt.toISOString(),
            needsPeopleSince: needsPeopleAt?.toISOString() ?? null,
          },
    openedAt: row.openedAt.toISOString(),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    recoveredAt: row.recoveredAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
  }
}
