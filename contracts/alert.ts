/** One alert as a source reported it, after parsing: the same shape whatever the source. */
export interface IncomingAlert {
  /** What makes two alerts the same incident; never a content hash, route, severity or text. */
  dedupKey: string
  /** What makes two reports the same alert: source and labels, without the labels that tell twins apart. */
  alertKey: string
  status: 'firing' | 'resolved'
  /** The alert's name as people know it. */
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAtMs: number
  /** Only of a resolved alert. */
  endsAtMs?: number
}

export interface ParsedDelivery {
  alerts: IncomingAlert[]
  /** Alerts that the sender cut from its group; they may still fire. */
  truncatedAlerts: number
}

/** How one event of an alert was taken; the last word on it, kept in its row. */
export type AlertEventOutcome =
  | 'fired'
  | 'resolved'
  | 'repeat'
  /** A firing that looks like a twin's replay; it counts when it is still there after the replay window. */
  | 'unconfirmed'
  | 'out-of-order'
  | 'resolved-unknown'
  /** Fires on after a person ended its incident; quiet for a while. */
  | 'muted'
  | 'quarantined'
