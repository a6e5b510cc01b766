/** What an incident's workflow knows, and how messages change it. Plain data and pure functions: it travels in continue-as-new. */
import type { EndOfStep } from '../contracts/ends-of-steps.ts'
import {
  type Impact,
  type IncidentOutcome,
  isMoreSevere,
  type NamedSeverity,
  type Phase,
  type Severity,
} from '../contracts/incident.ts'
import type { CheckValues } from '../language/conditions.ts'
import type { IncidentInput, IncidentMessage, MovedTo } from '../contracts/messages.ts'
import type { Undo } from '../contracts/runbook.ts'
import type { Assessed } from '../language/assess.ts'

export interface IncidentState {
  phase: Phase
  severity: Severity
  severityLabel?: string
  impact: Impact
  /** Set once a person has said so: measurements may then only raise it. */
  isSeverityFixed: boolean
  isImpactFixed: boolean
  /** Triage results by check name; a check without an answer is missing. */
  checks: Record<string, CheckValues>
  /** What the newest measurement that the workflow knows says by itself; missing before triage. */
  measured?: Assessed
  /** That nobody looks for what has become worse was told: that happens once. */
  isRecheckFailureTold?: true
  /** Slot of a level -> since when its `when` holds. */
  holdsSince?: Record<string, number>
  /** Alert key -> does it fire? */
  alerts: Record<string, boolean>
  /** Row ids of the newest alert message, the newest firing and the newest resolving one. */
  seenTransition: number
  lastFiring: number
  lastResolving: number
  /** The resolving transition that was last taken to verification. */
  handledResolving: number
  /** Alerts an acknowledgement did not cover start a new epoch of the levels that wait for one. */
  epoch: number
  epochStartedMs: number
  acknowledgedEpoch: number
  acknowledgedBy?: string
  /** A person ended the incident. */
  ended?: { outcome: Exclude<IncidentOutcome, 'recovered'>; by: string; because: string }
  /** How often a freeze was lifted, as far as heard. */
  thaws: number
  decisions: Record<string, 'approved' | 'denied'>
  answers: Record<string, 'done' | 'not-done'>
  openGate?: string
  nextStep: number
  /** Steps of versions before that were tried or passed over, by their id; absent before the runbook was changed. */
  tried?: string[]
  /** Another version of the runbook, heard of and not taken yet. */
  rebase?: MovedTo
  /** How often another version was taken. */
  moves?: number
  /** How often that changed what triage goes by: what looks again belongs to one of them. */
  triages?: number
  attempts: Record<string, number>
  verifications: number
  /** A person has ticked a step, and nothing has measured since whether it helped. */
  isTickUnproved?: true
  /** Steps that nothing was hoped of: their target is in observe, or there is none. */
  stepsLeftOut: number
  /** People were called because the ladder came to its end, or the whole of a routine was not proved: that happens once. */
  isExhaustionTold: boolean
  /** A run before this one waited for people already. */
  waitsAtTheEnd?: true
  /** Of a routine: since when people are needed, and why. */
  needsPeople?: { atMs: number; because: string }
  /** A routine takes no further step. */
  isStopped?: true
  /** Of a routine: how many of its steps came to which end. */
  steps?: Partial<Record<EndOfStep, number>>
  isRecovered: boolean
  /** Page ids that were begun, and of levels that need not page. */
  paged: Record<string, true>
  /** Those of them that have called somebody, themselves or by another level; a state from before does not tell. */
  sent?: Record<string, true>
  /** Pages, by their id, that may not wait for their time: since when, and why, as whoever is paged reads it. */
  hurried: Record<string, { atMs: number; because: string }>
  /** Since when nothing but its time has held a level back. */
  eligibleSince: Record<string, number | 'held-back'>
  pagesInFlight: number
  /** Rule of communication -> when its last regular update was due; a state from before has none. */
  updated?: Record<string, number>
  /** People were told that a role has no target. */
  isUnboundTold: boolean
  /** What will take steps back, the newest last; absent where no step is ever taken back. */
  undos?: RegisteredUndo[]
  /** What stays in place when the incident ends, in words. */
  inPlace?: string[]
  /** Pages so far that went out beside the levels. */
  calls?: number
  /** Decisions so far, and those about severity or impact by their number. */
  decided: number
  judgements: Judgement[]
  seenRowIds: number[]
  pendingRowIds: number[]
}

/** An undo that waits for its time. It leaves the list when it has come to an end, so that none runs twice. */
export interface RegisteredUndo {
  step: string
  /** The role its step works on. */
  target: string
  undo: Undo
  isTemporary: boolean
  /** Its step's effect happened, in part at least, or may have. */
  isApplied: boolean
  /** The target itself, of a step of a version before: in another one the role may stand for another. */
  on?: string
  /** It was tried and could not take its step back: why. A person is asked before the incident ends. */
  leftBecause?: string
}

interface Judgement {
  nth: number
  change: { severity?: Severity; severityLabel?: string; impact?: Impact }
}

export function firstState(input: IncidentInput): IncidentState {
  return {
    phase: 'detection',
    severity: input.runbook.triage.severity.at(-1)?.is ?? 'SEV3',
    impact: 'unknown',
    isSeverityFixed: false,
    isImpactFixed: false,
    checks: {},
    alerts: {},
    seenTransition: 0,
    lastFiring: 0,
    lastResolving: 0,
    handledResolving: 0,
    epoch: 0,
    epochStartedMs: input.openedAtMs,
    acknowledgedEpoch: -1,
    thaws: 0,
    decisions: {},
    answers: {},
    nextStep: 0,
    attempts: {},
    verifications: 0,
    stepsLeftOut: 0,
    isExhaustionTold: false,
    isRecovered: false,
    paged: {},
    sent: {},
    hurried: {},
    eligibleSince: {},
    pagesInFlight: 0,
    isUnboundTold: false,
    decided: 0,
    judgements: [],
    seenRowIds: [],
    pendingRowIds: [],
  }
}

export function countFiring(state: IncidentState): number {
  return Object.values(state.alerts).filter(fires => fires).length
}

export function isAcknowledged(state: IncidentState): boolean {
  return state.acknowledgedEpoch >= state.epoch
}

/** Takes what a row says into the state. The row has been judged already: this only follows it. */
export function applyMessage(state: IncidentState, message: IncidentMessage): void {
  switch (message.kind) {
    case 'alert':
      return applyAlert(state, message)
    case 'acknowledged':
      state.acknowledgedEpoch = Math.max(state.acknowledgedEpoch, message.epoch)
      state.acknowledgedBy = message.by
      return
    case 'gate-decided':
      state.decisions[message.gateId] = message.state
      return
    case 'outcome-decided':
      state.answers[message.gateId] = message.outcome
      return
    case 'severity-set':
      nameSeverity(
        state,
        judgedSince(state, message.judged).reduce<NamedSeverity>(
          (named, { change: { severity, severityLabel: label } }) =>
            severity === undefined || isMoreSevere(named.severity, severity) ? named : { severity, label },
          { severity: message.severity, label: message.label },
        ),
      )
      state.isSeverityFixed = true
      return
    case 'impact-set':
      state.impact = judgedSince(state, message.judged).some(({ change }) => change.impact === 'yes')
        ? 'yes'
        : message.impact
      state.isImpactFixed = true
      return
    case 'resolved':
      state.ended ??= {
        outcome: 'resolved-by-person',
        by: message.by,
        because: message.reason ?? `resolved by ${message.by}`,
      }
      return
    case 'cancelled':
      state.ended ??= { outcome: 'cancelled', by: message.by, because: message.reason }
      return
    // What begins a routine; its input says the same.
    case 'due':
      return
    case 'rebased': {
      const { hash, runbook, bindings, inputs, levelSlots } = message
      state.rebase = { hash, runbook, bindings, inputs, levelSlots }
      return
    }
    case 'freeze-changed':
      if (!message.on) state.thaws += 1
      return
    default:
      message satisfies never
  }
}

function applyAlert(state: IncidentState, message: Extract<IncidentMessage, { kind: 'alert' }>): void {
  const isFirst = state.seenTransition === 0
  state.alerts[message.alertKey] = message.status === 'firing'
  state.seenTransition = Math.max(state.seenTransition, message.rowId)
  if (message.status === 'resolved') {
    state.lastResolving = Math.max(state.lastResolving, message.rowId)
    return
  }
  state.lastFiring = Math.max(state.lastFiring, message.rowId)
  if (message.isNew && !isFirst && isAcknowledged(state)) {
    state.epoch = state.acknowledgedEpoch + 1
    state.epochStartedMs = message.atMs
  }
}

/** What was decided before a person's word was heard but reached the row after it: there, as here, it may only raise. */
function judgedSince(state: IncidentState, judged: number): Judgement[] {
  return state.judgements.filter(({ nth }) => nth > judged)
}

export function nameSeverity(state: IncidentState, { severity, label }: NamedSeverity): void {
  state.severity = severity
  if (label === undefined) delete state.severityLabel
  else state.severityLabel = label
}

/** Takes the severity of a measurement: a person's value stands unless the measurement is worse. */
export function raiseSeverity(state: IncidentState, measured: NamedSeverity): void {
  if (!state.isSeverityFixed || !isMoreSevere(state.severity, measured.severity))
    nameSeverity(state, measured)
}

/** The impact after a measurement, by the same rule; unknown counts as yes. */
export function raisedImpact(state: IncidentState, measured: Impact): Impact {
  if (!state.isImpactFixed) return measured
  return measured === 'yes' ? 'yes' : state.impact
}
