import type { AlertEventOutcome } from '../contracts/alert.ts'
import { limits } from '../contracts/limits.ts'

/** What is known of one alert. Times compared with each other are always the sender's, or always ours. */
export interface AlertState {
  status: 'firing' | 'resolved'
  startsAtMs: number
  endsAtMs?: number
  lastSeenAtMs: number
  unconfirmedSinceMs?: number
  mutedUntilMs?: number
  /** Does its incident still go on? */
  incidentIsOpen: boolean
}

export interface AlertReport {
  status: 'firing' | 'resolved'
  startsAtMs: number
  endsAtMs?: number
  receivedAtMs: number
}

/**
 * How a report is taken. Deliveries are duplicated, late and out of order by design (Alertmanager guarantees the
 * eventual state only), and a return can be byte-identical to what came before, so nothing is dropped by content.
 */
export function judgeReport(state: AlertState | undefined, report: AlertReport): AlertEventOutcome {
  return report.status === 'firing' ? judgeFiring(state, report) : judgeResolved(state, report)
}

function judgeFiring(state: AlertState | undefined, report: AlertReport): AlertEventOutcome {
  if (state === undefined) return 'fired'
  if (state.status === 'firing') {
    if (state.incidentIsOpen) return 'repeat'
    return (state.mutedUntilMs ?? 0) > report.receivedAtMs ? 'muted' : 'fired'
  }
  if (report.startsAtMs > state.startsAtMs) return 'fired'
  // The same episode after its end: an HA twin's replay (alertmanager #2447, #4008), or an alert that Alertmanager
  // timed out while Prometheus was away and that never stopped. Which of the two only time can tell.
  const since = state.unconfirmedSinceMs ?? (isReplayTime(state, report) ? report.receivedAtMs : undefined)
  return since !== undefined && report.receivedAtMs - since < limits.replayWindowMs ? 'unconfirmed' : 'fired'
}

function isReplayTime(state: AlertState, report: AlertReport): boolean {
  return report.receivedAtMs - state.lastSeenAtMs < limits.replayWindowMs
}

function judgeResolved(state: AlertState | undefined, report: AlertReport): AlertEventOutcome {
  if (state === undefined) return 'resolved-unknown'
  if (state.status === 'resolved') return 'repeat'
  // An end that the sender did not date is now, and our clock says nothing about a start on the sender's: one that runs
  // ahead, or is in another zone, would keep the alert firing for good.
  if (report.endsAtMs === undefined) return 'resolved'
  return report.endsAtMs >= state.startsAtMs ? 'resolved' : 'out-of-order'
}

/** The state after a report was taken as `outcome`; `incidentIsOpen` is the caller's to know. */
export function nextAlertState(
  state: AlertState | undefined,
  report: AlertReport,
  outcome: AlertEventOutcome,
): Omit<AlertState, 'incidentIsOpen'> {
  const seen = { lastSeenAtMs: report.receivedAtMs }
  const ended = { endsAtMs: report.endsAtMs ?? report.receivedAtMs }
  switch (outcome) {
    case 'fired':
      return { status: 'firing', startsAtMs: report.startsAtMs, ...seen }
    case 'resolved':
      return { status: 'resolved', startsAtMs: state!.startsAtMs, ...ended, ...seen }
    case 'resolved-unknown':
      return {
        status: 'resolved',
        startsAtMs: Math.min(report.startsAtMs, ended.endsAtMs),
        ...ended,
        ...seen,
      }
    case 'unconfirmed':
      return { ...kept(state!), unconfirmedSinceMs: state!.unconfirmedSinceMs ?? report.receivedAtMs }
    case 'repeat':
      return state!.status === 'firing'
        ? { ...kept(state!), startsAtMs: Math.min(state!.startsAtMs, report.startsAtMs), ...seen }
        : { ...withoutDoubt(kept(state!)), ...seen }
    case 'muted':
      return { ...kept(state!), ...seen }
    case 'out-of-order':
    case 'quarantined':
      return kept(state!)
    default:
      return outcome satisfies never
  }
}

/** Field by field: what is handed in is the alert's whole row, and no more of it may come back. */
function kept(state: AlertState): Omit<AlertState, 'incidentIsOpen'> {
  const { status, startsAtMs, endsAtMs, lastSeenAtMs, unconfirmedSinceMs, mutedUntilMs } = state
  return {
    status,
    startsAtMs,
    lastSeenAtMs,
    ...(endsAtMs === undefined ? {} : { endsAtMs }),
    ...(unconfirmedSinceMs === undefined ? {} : { unconfirmedSinceMs }),
    ...(mutedUntilMs === undefined ? {} : { mutedUntilMs }),
  }
}

function withoutDoubt(state: Omit<AlertState, 'incidentIsOpen'>): Omit<AlertState, 'incidentIsOpen'> {
  const { unconfirmedSinceMs: _, ...rest } = state
  return rest
}
