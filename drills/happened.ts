/** What came of a drill, read from the record and from its targets. */
import type { Impact, IncidentOutcome, Phase, Severity } from '../contracts/incident.ts'
import type { ParameterValue } from '../contracts/targets/catalogue.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/**
 * A moment of a drill. Hours are skipped while nothing is to be done, and what is done takes its real time: `slackMs` of the
 * `atMs` that the incident's clock shows since the opening were spent by this machine. On an endlessly fast one it would have been
 * some time from `atMs - slackMs` to `atMs`.
 */
export interface Moment {
  atMs: number
  slackMs: number
}

export interface Happened {
  number: string
  /** The incident's clock at its opening. */
  openedAtMs: number
  /** The whole record of the incident, in the order in which it was written. */
  timeline: (TimelineEntry & { moment: Moment })[]
  pages: SentPage[]
  told: ToldNews[]
  /** What the targets say was done to them, whatever the record says. */
  receipts: Receipt[]
  /** What each check answered, in order; `target` is one of a group where the check measures one. */
  measured: Measured[]
  severity: Severity
  impact: Impact
  phase: Phase
  outcome: IncidentOutcome | 'open'
  closedAt?: Moment
  /** Counted from the closing, as the runbook says it; missing when none is asked for. */
  postmortemDueMs?: number
  /** What people, alerts and machines of the drill could not do, and why: `event` is its place in the list of the drill. */
  refused: { event: number; moment: Moment; because: string }[]
  /** Real time from the alert to the end. */
  tookMs: number
}

export interface SentPage {
  moment: Moment
  /** Of the escalation, the first is 0; that of a page beside it is whose people it called. */
  level: number
  to: string[]
}

export interface ToldNews {
  moment: Moment
  event: string
  to: string[]
}

export interface Receipt {
  moment: Moment
  step: string
  attempt: number
  action: string
  target: string
  parameters: Record<string, ParameterValue>
}

export interface Measured {
  moment: Moment
  check: string
  target: string
  values?: Record<string, unknown>
  problem?: string
}
