/** What the API answers and the CLI reads. Times are ISO 8601 in UTC; zones are the reader's business. */
import type { GateKind, GateState, Impact, IncidentOutcome, Phase, Severity } from './incident.ts'
import type { Plan, Preview } from './plan.ts'
import type { Binding } from './runbook.ts'
import type { TimelineEntry } from './timeline.ts'

export interface IncidentSummary {
  number: string
  title: string
  phase: Phase
  severity: Severity
  severityLabel: string | null
  impact: Impact
  system: string
  environment: string
  owner: string
  runbook: string
  openedAt: string
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  recoveredAt: string | null
  closedAt: string | null
  outcome: IncidentOutcome | null
  alertsFiring: number
  alertsTotal: number
  openGates: number
}

export interface IncidentList {
  incidents: IncidentSummary[]
  /** Give it as `cursor` for the next page; null on the last. */
  nextCursor: string | null
}

export interface IncidentDetail extends IncidentSummary {
  runbookHash: string
  bindings: Binding[]
  linkedTo: string | null
  postmortemDueAt: string | null
  alerts: AlertView[]
  gates: GateView[]
  claims: ClaimView[]
  pages: PageView[]
  /** The escalation that comes next when nothing changes; null when there is none. */
  nextPage: NextPageView | null
  /** Newest last. */
  timeline: TimelineEntry[]
}

export interface AlertView {
  name: string
  status: 'firing' | 'resolved'
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  endsAt: string | null
  lastSeenAt: string
  /** How often it was reported. */
  events: number
}

export interface GateView {
  id: string
  incident: string
  kind: GateKind
  step: string
  attempt: number
  planHash: string | null
  question: string
  approvers: string[]
  quorum: number
  state: GateState
  answer: 'done' | 'not-done' | null
  openedAt: string
  expiresAt: string | null
  decidedAt: string | null
  decidedBy: string | null
  votes: { principal: string; verdict: 'approve' | 'deny'; at: string; reason: string | null }[]
  plan: Plan | null
  preview: Preview | null
}

export interface ClaimView {
  step: string
  attempt: number
  action: string
  target: string
  claimedAt: string
  deadline: string
  outcome: 'succeeded' | 'failed' | 'unknown' | 'abandoned' | null
  settledAt: string | null
}

export interface PageView {
  id: string
  level: number
  functions: string[]
  state: 'sending' | 'sent' | 'failed' | 'suppressed'
  because: string | null
  dueAt: string
  sentAt: string | null
  latenessMs: number | null
}

export interface NextPageView {
  level: number
  functions: string[]
  dueAt: string
  /** What would call it off. */
  unless: 'acknowledged' | 'resolved' | null
}

export interface FreezeView {
  isOn: boolean
  changedAt: string | null
  changedBy: string | null
  reason: string | null
}

/** One dependency of the service, asked just now. */
export interface DependencyView {
  name: 'postgresql' | 'temporal' | 'workers'
  isUp: boolean
  tookMs: number
  problem: string | null
}

export interface ReadinessView {
  isReady: boolean
  dependencies: DependencyView[]
}

/** Something that waits longer than it should, and what to do about it. */
export interface StuckView {
  what: string
  subject: string
  sinceMs: number
  /** A command or a sentence. */
  todo: string
}

export interface StatusView extends ReadinessView {
  version: string
  freeze: FreezeView
  openIncidents: number
  openGates: number
  undeliveredMessages: number
  waitingAlerts: number
  quarantinedAlerts: number
  stuck: StuckView[]
}
