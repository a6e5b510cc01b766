/** What is known of one rule, small enough to be written to disk at every change. Milliseconds since the epoch. */
export interface AlertState {
  /** Since when the condition holds without firing yet. */
  pendingSince?: number
  /** Since when the condition of a firing alert is clear. */
  clearSince?: number
  /** The latest alert, until the receiver knows that it is over. */
  alert?: { startsAt: number; endsAt?: number; toldFiringAt?: number }
}

export type Notification =
  { status: 'firing'; startsAt: number } | { status: 'resolved'; startsAt: number; endsAt: number }

/** An alert is over once its condition has been clear this long. */
export const clearForMs = 5_000
/** Alertmanager's repeat_interval; hours there, short here so that a receiver that lost something hears it again soon. */
export const repeatEveryMs = 15_000

/** The state after a sample. No data starts nothing and ends nothing; what was being waited for starts over. */
export function observe(
  state: AlertState,
  holds: boolean | undefined,
  at: number,
  forMs: number,
): AlertState {
  const { alert, pendingSince = at, clearSince = at } = state
  if (alert !== undefined && alert.endsAt === undefined) {
    if (holds !== false) return { alert }
    return at - clearSince >= clearForMs ? { alert: { ...alert, endsAt: at } } : { alert, clearSince }
  }
  const kept = alert === undefined ? {} : { alert }
  if (holds !== true) return kept
  // A new alert takes the place of one whose end could not be told: Alertmanager sends the present, not the past.
  return at - pendingSince >= forMs ? { alert: { startsAt: at } } : { ...kept, pendingSince }
}

/** What the receiver should be told now; undefined when it knows. */
export function notificationDue({ alert }: AlertState, at: number): Notification | undefined {
  if (alert === undefined) return undefined
  const { startsAt, endsAt, toldFiringAt } = alert
  if (endsAt !== undefined) return { status: 'resolved', startsAt, endsAt }
  return toldFiringAt === undefined || at - toldFiringAt >= repeatEveryMs
    ? { status: 'firing', startsAt }
    : undefined
}

/** The state once the receiver took a notification; unchanged when a newer alert has begun meanwhile. */
export function afterDelivery(state: AlertState, delivered: Notification, at: number): AlertState {
  const { alert, ...rest } = state
  if (alert?.startsAt !== delivered.startsAt) return state
  return delivered.status === 'resolved' ? rest : { ...rest, alert: { ...alert, toldFiringAt: at } }
}
