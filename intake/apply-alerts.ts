import type { AlertEventOutcome } from '../contracts/alert.ts'
import { isCodedError } from '../contracts/coded-error.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import {
  addAlert,
  type AlertEventRow,
  type AlertRow,
  countFailedTry,
  finishEvents,
  lockAlerts,
  lockDoubted,
  lockKey,
  saveAlert,
  waitingEvents,
} from '../store/alerts.ts'
import { inTransaction, type Pool, type Queryable, wasOvertaken } from '../store/database.ts'
import { noteTransition } from '../store/incidents.ts'
import { leaveMessage } from '../store/messages.ts'
import { judgeReport, nextAlertState } from './alert-state.ts'
import { type Intake, joinIncident } from './join-incident.ts'

/** Events of one key taken in one transaction: enough to fold a burst, few enough to keep the locks short. */
const eventsAtOnce = 500

/**
 * Applies what waits for one dedup key: alert rows, transitions, incidents, entries and messages in one transaction.
 * Returns how many events were taken. A batch that fails is taken one event at a time, so that only the one at fault is
 * blamed; that one is tried again by the next pass and set aside after a few tries. Throws `database_unavailable`.
 */
export async function applyAlerts(
  pool: Pool,
  intake: Intake,
  dedupKey: string,
  atMs: number,
): Promise<number> {
  const batch = await tryToApply(pool, intake, dedupKey, atMs, eventsAtOnce)
  if ('taken' in batch) return batch.taken
  for (let done = 0; ;) {
    const one = await tryToApply(pool, intake, dedupKey, atMs, 1)
    if ('taken' in one && one.taken > 0) done += one.taken
    else {
      if ('failure' in one) await blame(pool, intake, dedupKey, one, atMs)
      return done
    }
  }
}

type Tried = { taken: number } | { failure: unknown; first: AlertEventRow | undefined }

async function tryToApply(
  pool: Pool,
  intake: Intake,
  dedupKey: string,
  atMs: number,
  atMost: number,
): Promise<Tried> {
  let first: AlertEventRow | undefined
  try {
    const taken = await inTransaction(pool, async tx => {
      if (!(await lockKey(tx, dedupKey))) return 0
      const events = await waitingEvents(tx, dedupKey, atMost)
      first = events[0]
      if (first !== undefined) await applyEvents(tx, intake, dedupKey, events, atMs)
      return events.length
    })
    return { taken }
  } catch (failure) {
    if (isCodedError(failure) && failure.code === 'database_unavailable') throw failure
    return { failure, first }
  }
}

/** Our own trouble (another relay in the way, no runbook to open with) is no fault of the alert: it waits. */
async function blame(
  pool: Pool,
  intake: Intake,
  dedupKey: string,
  { failure, first }: Extract<Tried, { failure: unknown }>,
  atMs: number,
): Promise<void> {
  if (wasOvertaken(failure)) return
  const isAtFault = first !== undefined && !isCodedError(failure)
  const state = isAtFault ? await countFailedTry(pool, first.id, String(failure), atMs) : 'again'
  intake.log.error({ dedupKey, state, error: String(failure) }, 'an alert could not be applied')
}

async function applyEvents(
  tx: Queryable,
  intake: Intake,
  dedupKey: string,
  events: AlertEventRow[],
  atMs: number,
): Promise<void> {
  const alerts = byKey(await lockAlerts(tx, [...new Set(events.map(event => event.alertKey))]))
  const known = new Set(alerts.keys())
  const outcomes = new Map<number, AlertEventOutcome>()
  const entries: NewEntry[] = []
  for (const event of events)
    outcomes.set(event.id, await takeReport(tx, intake, alerts, dedupKey, event, entries))
  for (const alert of inKeyOrder(alerts)) await (known.has(alert.alertKey) ? saveAlert : addAlert)(tx, alert)
  await finishEvents(tx, outcomes, atMs)
  await appendEntries(tx, entries)
}

/**
 * Confirms the doubts of one dedup key that outlived the replay window: those alerts never stopped. Returns how many. Apart
 * from the events, so that a doubt that fails holds up none of them.
 */
export async function settleDoubts(
  pool: Pool,
  intake: Intake,
  dedupKey: string,
  atMs: number,
): Promise<number> {
  try {
    return await inTransaction(pool, async tx => {
      if (!(await lockKey(tx, dedupKey))) return 0
      const alerts = byKey(await lockDoubted(tx, dedupKey, atMs))
      const entries: NewEntry[] = []
      for (const alert of alerts.values())
        await takeReport(tx, intake, alerts, dedupKey, confirmedReport(alert, atMs), entries)
      for (const alert of inKeyOrder(alerts)) await saveAlert(tx, alert)
      await appendEntries(tx, entries)
      return alerts.size
    })
  } catch (failure) {
    if (isCodedError(failure) && failure.code === 'database_unavailable') throw failure
    await blame(pool, intake, dedupKey, { failure, first: undefined }, atMs)
    return 0
  }
}

/** A doubt that outlived the replay window: the alert never stopped. */
function confirmedReport(alert: AlertRow, atMs: number): AlertEventRow {
  return { ...alert, id: 0, status: 'firing', receivedAtMs: atMs }
}

function byKey(alerts: AlertRow[]): Map<string, AlertRow> {
  return new Map(alerts.map(alert => [alert.alertKey, alert]))
}

/** Rows are written in the order in which they are locked, against deadlocks. */
function inKeyOrder(alerts: Map<string, AlertRow>): AlertRow[] {
  return [...alerts.values()].toSorted((a, b) => (a.alertKey < b.alertKey ? -1 : 1))
}

async function takeReport(
  tx: Queryable,
  intake: Intake,
  alerts: Map<string, AlertRow>,
  dedupKey: string,
  report: AlertEventRow,
  entries: NewEntry[],
): Promise<AlertEventOutcome> {
  const before = alerts.get(report.alertKey)
  const outcome = judgeReport(before, report)
  const { startsAtMs, endsAtMs, unconfirmedSinceMs, mutedUntilMs, ...state } = nextAlertState(
    before,
    report,
    outcome,
  )
  const alert: AlertRow = {
    alertKey: report.alertKey,
    source: report.source,
    // An open membership beats the group key: an edited route must not split an incident.
    dedupKey: before?.incidentIsOpen === true ? before.dedupKey : dedupKey,
    name: report.name,
    labels: report.labels,
    annotations: report.annotations,
    firstSeenAtMs: before?.firstSeenAtMs ?? report.receivedAtMs,
    events: (before?.events ?? 0) + (report.id === 0 ? 0 : 1),
    incidentIsOpen: before?.incidentIsOpen ?? false,
    ...(before?.incident === undefined ? {} : { incident: before.incident }),
    ...state,
    startsAtMs,
    ...(endsAtMs === undefined ? {} : { endsAtMs }),
    ...(unconfirmedSinceMs === undefined ? {} : { unconfirmedSinceMs }),
    ...(mutedUntilMs === undefined ? {} : { mutedUntilMs }),
  }
  alerts.set(report.alertKey, alert)
  if (outcome === 'fired') await alertFired(tx, intake, alert, report, entries)
  if (outcome === 'resolved') await alertResolved(tx, alert, report, entries)
  return outcome
}

async function alertFired(
  tx: Queryable,
  intake: Intake,
  alert: AlertRow,
  report: AlertEventRow,
  entries: NewEntry[],
): Promise<void> {
  const joined = await joinIncident(tx, intake, alert, report.receivedAtMs, entries)
  const isNew = joined.isNew || joined.number !== alert.incident
  alert.incident = joined.number
  alert.incidentIsOpen = true
  const body = { kind: 'alert', alertKey: alert.alertKey, name: alert.name, status: 'firing', isNew } as const
  const messageId = await leaveMessage(tx, joined.number, body, report.receivedAtMs)
  await noteTransition(tx, joined.number, messageId, isNew && !joined.isNew)
  const summary = alert.annotations['summary'] ?? alert.annotations['description']
  const severity = alert.labels['severity']
  entries.push({
    kind: 'alert.firing',
    actor: `source:${alert.source}`,
    atMs: report.receivedAtMs,
    incident: joined.number,
    data: {
      alertKey: alert.alertKey,
      name: alert.name,
      startsAt: new Date(alert.startsAtMs).toISOString(),
      ...(summary === undefined ? {} : { summary }),
      ...(severity === undefined ? {} : { severity }),
    },
  })
}

async function alertResolved(
  tx: Queryable,
  alert: AlertRow,
  report: AlertEventRow,
  entries: NewEntry[],
): Promise<void> {
  if (alert.incident === undefined || !alert.incidentIsOpen) return
  const body = {
    kind: 'alert',
    alertKey: alert.alertKey,
    name: alert.name,
    status: 'resolved',
    isNew: false,
  } as const
  const messageId = await leaveMessage(tx, alert.incident, body, report.receivedAtMs)
  await noteTransition(tx, alert.incident, messageId, false)
  const because = alert.annotations['resolved_because']
  entries.push({
    kind: 'alert.resolved',
    actor: `source:${alert.source}`,
    atMs: report.receivedAtMs,
    incident: alert.incident,
    data: {
      alertKey: alert.alertKey,
      name: alert.name,
      endsAt: new Date(alert.endsAtMs ?? report.receivedAtMs).toISOString(),
      ...(because === undefined ? {} : { because }),
    },
  })
}
