import type { Binding, Runbook } from '../contracts/runbook.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import { incidentNumber, type Impact, openPhases, type Phase, type Severity } from '../contracts/incident.ts'
import type { IncidentInput } from '../contracts/messages.ts'
import type { Occurrence } from '../contracts/schedule.ts'
import { limits } from '../contracts/limits.ts'
import type { Queryable } from './database.ts'
import { leaveNews } from './news.ts'

export interface NewIncident {
  dedupKey: string
  title: string
  system: string
  environment: string
  runbook: Runbook
  runbookHash: string
  bindings: Binding[]
  inputs: ResolvedInput[]
  alert: { labels: Record<string, string>; annotations: Record<string, string> }
  openedAtMs: number
  routine?: Occurrence
}

/** Opens an incident unless its dedup key has an open one: then that one's number comes back. */
export async function openIncident(
  tx: Queryable,
  incident: NewIncident,
): Promise<{ number: string; isNew: boolean; linkedTo?: string }> {
  // An alert that comes back soon is the same trouble; the next run of a routine is none.
  const linkedTo =
    incident.routine === undefined
      ? await recentlyClosed(tx, incident.dedupKey, incident.openedAtMs)
      : undefined
  const number = await nextNumber(tx, incident.openedAtMs)
  const { rowCount } = await tx.query(
    `insert into incident (number, dedup_key, title, system, environment, phase, severity, impact, owner, runbook_name,
       runbook_hash, bindings, alert, linked_to, opened_at, inputs, routine_due_at, routine_closes_at)
     values ($1, $2, $3, $4, $5, 'detection', $6, 'unknown', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     on conflict (dedup_key) where phase in ('detection', 'triage', 'mitigation', 'verification') do nothing`,
    [
      number,
      incident.dedupKey,
      incident.title,
      incident.system,
      incident.environment,
      firstSeverity(incident.runbook),
      incident.runbook.owner,
      incident.runbook.name,
      incident.runbookHash,
      JSON.stringify(incident.bindings),
      incident.alert,
      linkedTo ?? null,
      new Date(incident.openedAtMs),
      incident.inputs.length === 0 ? null : JSON.stringify(incident.inputs),
      dateOf(incident.routine?.dueAtMs),
      dateOf(incident.routine?.closesAtMs),
    ],
  )
  if (rowCount === 1) return { number, isNew: true, ...(linkedTo === undefined ? {} : { linkedTo }) }
  const open = await findOpen(tx, incident.dedupKey)
  // Closed between the two statements: now the key is free, and the new incident is linked to that one.
  return open === undefined ? openIncident(tx, incident) : { number: open, isNew: false }
}

function dateOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms)
}

/** Until triage has measured, the mildest severity the runbook knows is shown. */
function firstSeverity(runbook: Runbook): Severity {
  return runbook.triage.severity.at(-1)?.is ?? 'SEV3'
}

/** Locks and names the open incident of a dedup key. */
export async function findOpen(tx: Queryable, dedupKey: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ number: string }>(
    'select number from incident where dedup_key = $1 and phase = any($2) for no key update',
    [dedupKey, openPhases],
  )
  return rows[0]?.number
}

/**
 * Locks the incident when it is open; false when it has ended. `for no key update`, here and wherever an incident is locked:
 * whoever adds a row that refers to it, while holding another row, would wait for a full lock and be waited for.
 */
export async function lockIfOpen(tx: Queryable, number: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from incident where number = $1 and phase = any($2) for no key update',
    [number, openPhases],
  )
  return rowCount === 1
}

async function recentlyClosed(tx: Queryable, dedupKey: string, atMs: number): Promise<string | undefined> {
  const { rows } = await tx.query<{ number: string }>(
    `select number from incident where dedup_key = $1 and closed_at >= $2 order by closed_at desc limit 1`,
    [dedupKey, new Date(atMs - limits.linkWindowMs)],
  )
  return rows[0]?.number
}

async function nextNumber(tx: Queryable, atMs: number): Promise<string> {
  const day = new Date(atMs).toISOString().slice(0, 10)
  const { rows } = await tx.query<{ last: number }>(
    'insert into incident_day (day, last) values ($1, 1) on conflict (day) do update set last = incident_day.last + 1 returning last',
    [day],
  )
  return incidentNumber(day, rows[0]!.last)
}

/** A transition joined the incident: its row remembers the newest, and an uncovered new alert undoes an acknowledgement. */
export async function noteTransition(
  tx: Queryable,
  number: string,
  messageId: number,
  startsNewEpoch: boolean,
): Promise<void> {
  await tx.query(
    `update incident set last_transition = greatest(last_transition, $2),
       ack_epoch = ack_epoch + case when $3 and acknowledged_at is not null then 1 else 0 end,
       acknowledged_at = case when $3 then null else acknowledged_at end,
       acknowledged_by = case when $3 then null else acknowledged_by end
     where number = $1`,
    [number, messageId, startsNewEpoch],
  )
}

/** What the workflow of an incident starts with. */
export async function readWorkflowInput(
  db: Queryable,
  number: string,
): Promise<Omit<IncidentInput, 'opening'>> {
  const { rows } = await db.query<{
    number: string
    title: string
    system: string
    environment: string
    opened_at: Date
    alert: IncidentInput['alert']
    normalised: Runbook
    runbook_hash: string
    bindings: Binding[]
    inputs: ResolvedInput[] | null
    routine_due_at: Date | null
    routine_closes_at: Date | null
  }>(
    `select i.*, v.normalised from incident i join runbook_version v on v.hash = i.runbook_hash where i.number = $1`,
    [number],
  )
  const row = rows[0]!
  return {
    interpreterVersion: 2,
    number: row.number,
    title: row.title,
    system: row.system,
    environment: row.environment,
    openedAtMs: row.opened_at.getTime(),
    alert: row.alert,
    runbook: row.normalised,
    runbookHash: row.runbook_hash,
    bindings: row.bindings,
    ...(row.inputs === null ? {} : { inputs: row.inputs }),
    ...(row.routine_due_at === null || row.routine_closes_at === null
      ? {}
      : {
          routine: { dueAtMs: row.routine_due_at.getTime(), closesAtMs: row.routine_closes_at.getTime() },
        }),
  }
}

export interface IncidentChange {
  phase?: Phase
  severity?: Severity
  /** The name of `severity`, which comes with it. */
  severityLabel?: string
  impact?: Impact
  recoveredAtMs?: number | null
  /** From now on a routine needs people. */
  needsPeople?: { atMs: number; because: string }
}

/**
 * Remembers since when an incident counts as recovered; one that has ended stays as it is. One that was proved again, without what
 * was temporary, is no news: it did not fall ill in between.
 */
export async function noteRecovery(tx: Queryable, number: string, atMs: number): Promise<void> {
  const { rows } = await tx.query<{ is_news: boolean }>(
    `with was as (select number, recovered_at from incident where number = $1 and phase = any($3) for no key update)
     update incident i set recovered_at = $2 from was where i.number = was.number returning was.recovered_at is null as is_news`,
    [number, new Date(atMs), openPhases],
  )
  if (rows[0]?.is_news === true) await leaveNews(tx, number, { event: 'mitigated' }, atMs)
}

/**
 * Applies what the workflow decided as its `nth` decision; an incident that has ended stays as it is. A person's severity
 * and impact stand, also when the workflow has not heard of them yet: measurements may only raise them (SEV1 sorts before
 * SEV2). The row remembers the last decision about either, so that the workflow can tell whether a person came after it.
 */
export async function changeIncident(
  tx: Queryable,
  number: string,
  change: IncidentChange,
  { nth, atMs }: { nth: number; atMs: number },
): Promise<void> {
  if (Object.keys(change).length === 0) return
  const { rows: before } = await tx.query<Told>(
    'select severity, impact, recovered_at from incident where number = $1 for no key update',
    [number],
  )
  const { rows: after } = await tx.query<Told>(
    `update incident set phase = coalesce($2, phase),
       severity = case when severity_by is null then coalesce($3, severity) else least(severity, coalesce($3, severity)) end,
       severity_label = case when $3 is null or (severity_by is not null and severity < $3) then severity_label else $4 end,
       impact = case when impact_by is null or $5 = 'yes' then coalesce($5, impact) else impact end,
       recovered_at = case when $6 then $7::timestamptz else recovered_at end,
       needs_people_at = coalesce(needs_people_at, $10),
       judged = case when $3 is null and $5 is null then judged else $9 end
     where number = $1 and phase = any($8) returning severity, impact, recovered_at`,
    [
      number,
      change.phase ?? null,
      change.severity ?? null,
      change.severityLabel ?? null,
      change.impact ?? null,
      change.recoveredAtMs !== undefined,
      change.recoveredAtMs === undefined || change.recoveredAtMs === null
        ? null
        : new Date(change.recoveredAtMs),
      openPhases,
      nth,
      dateOf(change.needsPeople?.atMs),
    ],
  )
  const [was, is] = [before[0], after[0]]
  if (was === undefined || is === undefined) return
  if (change.needsPeople !== undefined)
    await leaveNews(tx, number, { event: 'needs-people', because: change.needsPeople.because }, atMs)
  await leaveNewsOfChange(tx, number, was, is, atMs)
}

/** What of an incident's row people are told of when it changes. */
interface Told {
  severity: Severity
  impact: Impact
  recovered_at: Date | null
}

async function leaveNewsOfChange(
  tx: Queryable,
  number: string,
  was: Told,
  is: Told,
  atMs: number,
): Promise<void> {
  if (was.severity !== is.severity)
    await leaveNews(tx, number, { event: 'severity', from: was.severity }, atMs)
  if (was.impact !== is.impact)
    await leaveNews(tx, number, { event: 'impact', impactBefore: was.impact }, atMs)
  if ((was.recovered_at === null) === (is.recovered_at === null)) return
  const event = is.recovered_at === null ? 'recovery-lost' : 'mitigated'
  await leaveNews(tx, number, { event }, atMs)
}

/** How bad an incident is by its row, which has heard what people said. */
export async function readAssessment(
  db: Queryable,
  number: string,
): Promise<{ severity: Severity; impact: Impact; phase: Phase }> {
  const { rows } = await db.query<{ severity: Severity; impact: Impact; phase: Phase }>(
    'select severity, impact, phase from incident where number = $1',
    [number],
  )
  return rows[0]!
}
