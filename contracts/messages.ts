/** How the world speaks to an incident workflow. A message only names a row; PostgreSQL says what is true. */
import { defineQuery, defineSignal } from '@temporalio/workflow'
import type { Impact, IncidentOutcome, Phase, Severity } from './incident.ts'
import type { Binding, Runbook } from './runbook.ts'
import type { ResolvedInput } from './runbook-input.ts'
import type { Occurrence } from './schedule.ts'

/** The name api and relay start the workflow by. */
export const incidentWorkflowType = 'incident'
export const postmortemWorkflowType = 'postmortem'
export const foreseeWorkflowType = 'foresee'

/** Workflows, record, and what only reads a target: checks, verifications, plans. */
export const taskQueue = 'paramedic'
/** Pages have a queue of their own: a page never waits behind an action. */
export const pageTaskQueue = 'paramedic-pages'
export const actionTaskQueue = 'paramedic-actions'

/** What touches a target with a site waits in a queue that only workers of this site poll. */
export function queueAt(queue: string, site: string | undefined): string {
  return site === undefined ? queue : `${queue}@${site}`
}

/** Something changed for this incident: read message `rowId`. Delivered at least once; doubles are dropped by id. */
export const changedSignal = defineSignal<[{ rowId: number }]>('changed')

/** For operators and tests; people's screens read PostgreSQL. */
export const stateQuery = defineQuery<IncidentView>('state')

export interface IncidentView {
  phase: Phase
  severity: Severity
  impact: Impact
  stepsTaken: number
  openGate?: string
  firing: number
  acknowledged: boolean
}

export interface IncidentInput {
  /**
   * Which interpreter reads the runbook; old numbers stay until no open incident has them. From 2 on a question about what is taken back
   * calls people again until it is answered.
   */
  interpreterVersion: 1 | 2
  number: string
  title: string
  system: string
  environment: string
  openedAtMs: number
  /** The alert that opened it; conditions read it as `alert`. */
  alert: { labels: Record<string, string>; annotations: Record<string, string> }
  runbook: Runbook
  runbookHash: string
  bindings: Binding[]
  /** What its runbook was given; absent where it asks for nothing. */
  inputs?: ResolvedInput[]
  /** Which run of a routine it is; without it, an alert opened it. */
  routine?: Occurrence
  /** Of the levels, once it was moved to another version; see level-slots.ts. */
  levelSlots?: number[]
  /** The message it is started with, as its row says it: the first measurement need not wait for another reading. */
  opening: IncidentMessage
}

/** Another version of the runbook, and what it means here. */
export interface MovedTo {
  hash: string
  runbook: Runbook
  bindings: Binding[]
  inputs: ResolvedInput[]
  levelSlots: number[]
}

export interface IncidentEnd {
  outcome: IncidentOutcome
  severity: Severity
  closedAtMs: number
}

/** What a message row says once read. */
export type IncidentMessage = { rowId: number; atMs: number } & (
  | { kind: 'alert'; alertKey: string; name: string; status: 'firing' | 'resolved'; isNew: boolean }
  | { kind: 'acknowledged'; by: string; epoch: number }
  | { kind: 'gate-decided'; gateId: string; state: 'approved' | 'denied'; by: string }
  | { kind: 'outcome-decided'; gateId: string; outcome: 'done' | 'not-done'; by: string }
  /** `judged`: the workflow's last decision about severity or impact that the row had taken by then. */
  | { kind: 'severity-set'; severity: Severity; label?: string; judged: number; by: string }
  | { kind: 'impact-set'; impact: Impact; judged: number; by: string }
  | { kind: 'resolved'; by: string; reason?: string }
  | { kind: 'cancelled'; by: string; reason: string }
  /** The time of a routine has come, or somebody has started it. */
  | { kind: 'due' }
  | { kind: 'freeze-changed'; on: boolean; by: string }
  /** The incident runs another version of its runbook from its next point on. */
  | ({ kind: 'rebased'; by: string } & MovedTo)
)
