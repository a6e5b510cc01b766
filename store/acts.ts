/**
 * What people do to an incident. Each act is one transaction: the verdict by SQL, the audit entry, and the message
 * that wakes the workflow. Every race is decided here; the answer says who was first.
 */
import { CodedError } from '../contracts/coded-error.ts'
import { type Impact, openPhases, type Severity } from '../contracts/incident.ts'
import { labelOf, type Runbook } from '../contracts/runbook.ts'
import { countFiring } from './alerts.ts'
import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { leftByEnd, type LeftByEnd } from './left-by-end.ts'
import { leaveMessage, type MessageBody } from './messages.ts'
import { leaveNews } from './news.ts'
import { acknowledgePages } from './pages.ts'
import { entryOfAct, type PersonsAct } from './persons-act.ts'

export interface Acknowledged {
  isFirst: boolean
  by: string
  at: string
}

/**
 * Stops the levels that wait for an acknowledgement; a second one changes nothing and says who was first. Throws `nobody_called` of a
 * routine that needs nobody yet: whoever took it now would be nobody's answer to what goes wrong later.
 */
export async function acknowledge(pool: Pool, act: PersonsAct): Promise<Acknowledged> {
  return inTransaction(pool, async tx => {
    const incident = await lockOpen(tx, act.number)
    if (incident.is_quiet) {
      const message = `${act.number} is a run of a routine that has called nobody so far.`
      throw new CodedError('nobody_called', message, { fields: { number: act.number } })
    }
    if (incident.acknowledged_at !== null) {
      return { isFirst: false, by: incident.acknowledged_by!, at: incident.acknowledged_at.toISOString() }
    }
    const at = new Date(act.atMs)
    await tx.query(
      `update incident set acknowledged_at = $2, acknowledged_by = $3, first_acknowledged_at = coalesce(first_acknowledged_at, $2)
       where number = $1`,
      [act.number, at, act.by],
    )
    const pages = await acknowledgePages(tx, act.number, act.by, act.atMs)
    await leaveNews(tx, act.number, { event: 'acknowledged', by: act.by }, act.atMs)
    const epoch = incident.ack_epoch
    await leave(tx, act, { kind: 'acknowledged', epoch })
    const alertsCovered = await countFiring(tx, act.number)
    await appendEntries(tx, [entryOfAct(act, 'acknowledged', { alertsCovered, epoch, pages })])
    return { isFirst: true, by: act.by, at: at.toISOString() }
  })
}

export async function addNote(pool: Pool, act: PersonsAct & { text: string }): Promise<void> {
  await inTransaction(pool, async tx => {
    await mustExist(tx, act.number)
    await appendEntries(tx, [entryOfAct(act, 'note', { text: act.text })])
  })
}

/** A person's severity stands; measurements may only raise it afterwards. */
export async function setSeverity(
  pool: Pool,
  act: PersonsAct & { severity: Severity; reason?: string },
): Promise<void> {
  await inTransaction(pool, async tx => {
    const incident = await lockOpen(tx, act.number)
    const isOther = act.severity !== incident.severity
    const label = isOther ? labelOf(incident.normalised, act.severity) : incident.severity_label
    await tx.query(
      'update incident set severity = $2, severity_label = $3, severity_by = $4 where number = $1',
      [act.number, act.severity, label, act.by],
    )
    if (isOther) {
      const reason = act.reason === undefined ? {} : { because: act.reason }
      const change = { event: 'severity', from: incident.severity, by: act.by, ...reason } as const
      await leaveNews(tx, act.number, change, act.atMs)
    }
    const labelled = label === undefined || label === null ? {} : { label }
    const { judged, severity: from } = incident
    await leave(tx, act, { kind: 'severity-set', severity: act.severity, ...labelled, judged })
    const because = act.reason ?? 'set by a person'
    await appendEntries(tx, [
      entryOfAct(act, 'severity.changed', { from, to: act.severity, ...labelled, because }),
    ])
  })
}

export async function setImpact(
  pool: Pool,
  act: PersonsAct & { impact: Impact; reason?: string },
): Promise<void> {
  await inTransaction(pool, async tx => {
    const incident = await lockOpen(tx, act.number)
    await tx.query('update incident set impact = $2, impact_by = $3 where number = $1', [
      act.number,
      act.impact,
      act.by,
    ])
    if (act.impact !== incident.impact) {
      const reason = act.reason === undefined ? {} : { because: act.reason }
      const change = { event: 'impact', impactBefore: incident.impact, by: act.by, ...reason } as const
      await leaveNews(tx, act.number, change, act.atMs)
    }
    await leave(tx, act, { kind: 'impact-set', impact: act.impact, judged: incident.judged })
    const because = act.reason ?? 'set by a person'
    await appendEntries(tx, [
      entryOfAct(act, 'impact.changed', { from: incident.impact, to: act.impact, because }),
    ])
  })
}

/** Ends the incident; while alerts fire a reason is required (`reason_required`), and they stay quiet for a while. */
export async function requestResolve(
  pool: Pool,
  act: PersonsAct & { reason?: string },
): Promise<{ alertsFiring: number } & LeftByEnd> {
  return inTransaction(pool, async tx => {
    await lockOpen(tx, act.number)
    const alertsFiring = await countFiring(tx, act.number)
    if (alertsFiring > 0 && act.reason === undefined) {
      throw new CodedError(
        'reason_required',
        `${act.number} still has ${alertsFiring} firing ${alertsFiring === 1 ? 'alert' : 'alerts'}.`,
        {
          fields: { number: act.number, alertsFiring },
        },
      )
    }
    const left = await leftByEnd(tx, act.number)
    await requestEnd(tx, act, 'resolve', act.reason)
    const reason = act.reason === undefined ? {} : { reason: act.reason }
    await leave(tx, act, { kind: 'resolved', ...reason })
    await appendEntries(tx, [
      entryOfAct(act, 'resolve.requested', { alertsFiring, ...reason, ...unticked(left) }),
    ])
    return { alertsFiring, ...left }
  })
}

/** Ends an incident that should not have been opened. */
export async function requestCancel(pool: Pool, act: PersonsAct & { reason: string }): Promise<LeftByEnd> {
  return inTransaction(pool, async tx => {
    await lockOpen(tx, act.number)
    const left = await leftByEnd(tx, act.number)
    await requestEnd(tx, act, 'cancel', act.reason)
    await leave(tx, act, { kind: 'cancelled', reason: act.reason })
    await appendEntries(tx, [entryOfAct(act, 'cancel.requested', { reason: act.reason, ...unticked(left) })])
    return left
  })
}

function unticked({ unticked: steps }: LeftByEnd): { unticked?: string[] } {
  return steps.length === 0 ? {} : { unticked: steps }
}

async function requestEnd(
  tx: Queryable,
  act: PersonsAct,
  end: 'resolve' | 'cancel',
  reason: string | undefined,
): Promise<void> {
  await tx.query(
    'update incident set end_requested = $2, end_requested_by = $3, end_reason = $4 where number = $1',
    [act.number, end, act.by, reason ?? null],
  )
}

export interface LockedIncident {
  severity: Severity
  severity_label: string | null
  normalised: Runbook
  impact: Impact
  acknowledged_at: Date | null
  acknowledged_by: string | null
  ack_epoch: number
  judged: number
  /** A routine that has needed nobody so far. */
  is_quiet: boolean
}

/** Throws `incident_not_open` when it has ended, or somebody has asked for it. */
export async function lockOpen(tx: Queryable, number: string): Promise<LockedIncident> {
  const { rows } = await tx.query<LockedIncident>(
    `select severity, severity_label, impact, acknowledged_at, acknowledged_by, ack_epoch, judged, normalised,
       routine_due_at is not null and needs_people_at is null as is_quiet
     from incident join runbook_version v on v.hash = runbook_hash
     where number = $1 and phase = any($2) and end_requested is null for no key update of incident`,
    [number, openPhases],
  )
  if (rows[0] !== undefined) return rows[0]
  const { phase, end } = await mustExist(tx, number)
  const already = end === null ? `is ${phase}` : `was ended by ${end}`
  throw new CodedError('incident_not_open', `${number} ${already}.`, { fields: { number, phase } })
}

/** Throws `not_found` unless there is such an incident. */
export async function mustExist(
  db: Queryable,
  number: string,
): Promise<{ phase: string; end: string | null }> {
  const { rows } = await db.query<{ phase: string; end: string | null }>(
    'select phase, end_requested_by as end from incident where number = $1',
    [number],
  )
  if (rows[0] === undefined)
    throw new CodedError('not_found', `There is no incident ${number}.`, { fields: { number } })
  return rows[0]
}

type ActMessage =
  Extract<MessageBody, { by: string }> extends infer M
    ? M extends MessageBody
      ? Omit<M, 'by'>
      : never
    : never

/** Tells the workflow what was done, and by whom. */
async function leave(tx: Queryable, act: PersonsAct, message: ActMessage): Promise<void> {
  // `by` is put back into the member it was taken from, which the compiler cannot see.
  await leaveMessage(tx, act.number, { ...message, by: act.by } as MessageBody, act.atMs)
}
