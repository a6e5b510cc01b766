import type { AlertEventOutcome } from '../contracts/alert.ts'
import { isCodedError } from '../contracts/coded-error.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import {
  type AlertEventRow,
  type AlertRow,
  countFailedTry,
  finishEvents,
  lockAlerts,
  lockKey,
  saveAlert,
  waitingEvents,
} from '../store/alerts.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import { noteTransition } from '../store/incidents.ts'
import { leaveMessage } from '../store/messages.ts'
import { judgeReport, nextAlertState } from './alert-state.ts'
import { type Intake, joinIncident } from './join-incident.ts'

/** Events of one key taken in one transaction: enough to fold a burst, few enough to keep the locks short. */
const eventsAtOnce = 500

/**
 * Applies what waits for one dedup key: alert rows, transitions, incidents, entries and messages in one transaction.
 * Returns how many events were taken. A key that fails is tried again; its first event is set aside after a few tries.
 */
export async function applyAlerts(
  pool: Pool,
  intake: Intake,
  dedupKey: string,
  atMs: number,
): Promise<number> {
  try {
    return await inTransaction(pool, async tx =>
      (await lockKey(tx, dedupKey)) ? applyKey(tx, intake, dedupKey, atMs) : 0,
    )
  } catch (error) {
    // Our own trouble is no fault of the alert and counts against none.
    if (isCodedError(error)) throw error
    const state = await countFailedTry(pool, dedupKey, String(error), atMs)
    intake.log.error({ dedupKey, state, error: String(error) }, 'an alert could not be applied')
    return 0
  }
}

async function applyKey(tx: Queryable, intake: Intake, dedupKey: string, atMs: number): Promise<number> {
  const events = await waitingEvents(tx, dedupKey, eventsAtOnce)
  const keys = [...new Set(events.map(event => event.alertKey))]
  const alerts = new Map((await lockAlerts(tx, dedupKey, keys, atMs)).map(alert => [alert.alertKey, alert]))
  const outcomes = new Map<number, AlertEventOutcome>()
  const entries: NewEntry[] = []
  for (const event of events) {
    const outcome = await takeReport(tx, intake, alerts, dedupKey, event, entries)
    outcomes.set(event.id, outcome)
  }
  for (const alert of alerts.values()) {
    if (alert.unconfirmedSinceMs === undefined || keys.includes(alert.alertKey)) continue
    await takeReport(tx, intake, alerts, dedupKey, confirmedReport(alert, atMs), entries)
  }
  for (const alert of alerts.values()) await saveAlert(tx, alert)
  await finishEvents(tx, outcomes, atMs)
  await appendEntries(tx, entries)
  return events.length
}

/** A doubt that outlived the replay window: the alert never stopped. */
function confirmedReport(alert: AlertRow, atMs: number): AlertEventRow {
  return { ...alert, id: 0, status: 'firing', receivedAtMs: atMs }
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
  entries.push({
    kind: 'alert.resolved',
    actor: `source:${alert.source}`,
    atMs: report.receivedAtMs,
    incident: alert.incident,
    data: {
      alertKey: alert.alertKey,
      name: alert.name,
      endsAt: new Date(alert.endsAtMs ?? report.receivedAtMs).toISOString(),
    },
  })
}
