/** What supervision reads of all open incidents at once; each is a few statements, however many are open. */
import { type Impact, openPhases, type Phase, type Severity } from '../contracts/incident.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { TimelineEntry, TimelineKind } from '../contracts/timeline.ts'
import { toEntry, type EntryRow } from './audit-log.ts'
import type { Queryable } from './database.ts'

/** The part of a runbook that says who is paged when. */
type Escalation = Pick<Runbook, 'escalate' | 'officeHours' | 'schedule'>

export interface OpenIncident {
  number: string
  phase: Phase
  severity: Severity
  impact: Impact
  openedAt: string
  acknowledgedAt: string | null
  recoveredAt: string | null
  /** Rises with each acknowledgement that a newer alert has outrun. */
  acknowledgementEpoch: number
  hasStarted: boolean
  /** To another version of its runbook: then its pages are not known by the places of its levels alone. */
  isMoved: boolean
  escalation: Escalation
  /** Levels that have begun to page. */
  pages: { id: string }[]
}

export async function readOpenIncidents(db: Queryable): Promise<OpenIncident[]> {
  const { rows } = await db.query<
    Omit<OpenIncident, 'openedAt' | 'acknowledgedAt' | 'recoveredAt' | 'escalation' | 'pages'> & {
      openedAt: Date
      acknowledgedAt: Date | null
      recoveredAt: Date | null
      runbookHash: string
      pageIds: string[]
    }
  >(
    `select number, phase, severity, impact, opened_at as "openedAt", acknowledged_at as "acknowledgedAt", recovered_at as "recoveredAt",
       ack_epoch as "acknowledgementEpoch", workflow_started_at is not null as "hasStarted", runbook_hash as "runbookHash",
       exists (select 1 from message m where m.incident = number and m.kind = 'rebased') as "isMoved",
       array(select id from page where page.incident = incident.number) as "pageIds"
     from incident where phase = any($1)`,
    [openPhases],
  )
  const escalations = await readEscalations(db, [...new Set(rows.map(({ runbookHash }) => runbookHash))])
  return rows.map(({ pageIds, runbookHash, ...row }) => ({
    ...row,
    openedAt: row.openedAt.toISOString(),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    recoveredAt: row.recoveredAt?.toISOString() ?? null,
    escalation: escalations.get(runbookHash) ?? { escalate: [] },
    pages: pageIds.map(id => ({ id })),
  }))
}

async function readEscalations(db: Queryable, hashes: readonly string[]): Promise<Map<string, Escalation>> {
  const { rows } = await db.query<{ hash: string; escalation: Escalation }>(
    `select hash, jsonb_strip_nulls(jsonb_build_object(
       'escalate', normalised -> 'escalate', 'officeHours', normalised -> 'officeHours', 'schedule', normalised -> 'schedule')) as escalation
     from runbook_version where hash = any($1)`,
    [hashes],
  )
  return new Map(rows.map(({ hash, escalation }) => [hash, escalation]))
}

/** What decides about escalation, of these incidents, oldest first. */
const deciding = [
  'acknowledged',
  'alert.firing',
  'recovery.lost',
  'resolve.requested',
  'cancel.requested',
  'triage.assessed',
  'severity.changed',
  'impact.changed',
  'phase.changed',
  'routine.needs-people',
  'runbook.rebased',
  'levels.covered',
] as const satisfies readonly TimelineKind[]

export async function readDecidingEntries(
  db: Queryable,
  numbers: readonly string[],
): Promise<Map<string, TimelineEntry[]>> {
  // In canonical JSON a kind has one form; text that only looks like it is sorted out below.
  const { rows } = await db.query<EntryRow & { incident: string }>(
    'select seq, incident, content, recorded_at, hash from audit_entry where incident = any($1) and content like any($2) order by seq',
    [numbers, deciding.map(kind => `%"kind":"${kind}"%`)],
  )
  const timelines = new Map<string, TimelineEntry[]>(numbers.map(number => [number, []]))
  for (const row of rows) {
    const entry = toEntry(row)
    if (deciding.some(kind => kind === entry.kind)) timelines.get(row.incident)?.push(entry)
  }
  return timelines
}

/** Pages of open incidents that were due before this time and have reached nobody. */
export async function findUnsentPages(
  db: Queryable,
  dueBeforeMs: number,
  limit: number,
): Promise<{ id: string; incident: string; dueAt: Date }[]> {
  const { rows } = await db.query<{ id: string; incident: string; dueAt: Date }>(
    `select page.id, page.incident, page.due_at as "dueAt" from page join incident on incident.number = page.incident
     where incident.phase = any($1) and page.state in ('sending', 'failed') and page.due_at < $2 order by page.due_at limit $3`,
    [openPhases, new Date(dueBeforeMs), limit],
  )
  return rows
}

/** When these incidents ended; null of one that is open, and no entry of one that is on no record. */
export async function readEnds(
  db: Queryable,
  numbers: readonly string[],
): Promise<Map<string, { isOpen: boolean; endedAtMs: number | null }>> {
  const { rows } = await db.query<{ number: string; isOpen: boolean; closedAt: Date | null }>(
    'select number, phase = any($2) as "isOpen", closed_at as "closedAt" from incident where number = any($1)',
    [numbers, openPhases],
  )
  return new Map(
    rows.map(({ number, isOpen, closedAt }) => [number, { isOpen, endedAtMs: closedAt?.getTime() ?? null }]),
  )
}
