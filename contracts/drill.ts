/** A drill after parsing: what an incident is given, what happens in it, and what must have come of it. Times are milliseconds since its opening. */
import type {
  Autonomy,
  GateState,
  Impact,
  IncidentOutcome,
  Phase,
  Severity,
  StepResult,
  UndoEnd,
  Verdict,
} from './incident.ts'
import type { ParameterValue } from './targets/catalogue.ts'

export interface Drill {
  name: string
  /** Name of the runbook that is rehearsed. */
  runbook: string
  /** What it shows, in a sentence. */
  what?: string
  given: Given
  /** In the order in which they are written; of several at one moment the first one is first. */
  events: DrillEvent[]
  /** A worker that is killed around an effect. */
  crashes: CrashAround[]
  expect: Expectation
}

export interface Given {
  /** When the alert fires, by the clocks of the runbook's office hours, else UTC; a routine begins at its next time after it. */
  at: WeeklyMoment
  alert: { labels: Record<string, string>; annotations: Record<string, string> }
  /** Role -> its targets; a role that is not here has one. None: unbound. Two for a role of one: ambiguous. */
  targets: Record<string, string[]>
  autonomy: Autonomy
  /** Name -> the roles and functions of whoever acts; a person who is not here may do everything but what a function is asked for. */
  people: Record<string, string[]>
  /** By the name of the check in the runbook. */
  checks: Record<string, CheckChange[]>
  /** By the id of the step, or `<step>.undo`: what its attempts find and do, the last one again and again. */
  steps: Record<string, ScriptedAttempt[]>
}

/** A moment that comes every week, so that a drill is the same in any week it is run. */
export interface WeeklyMoment {
  day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
  /** Minutes since midnight, by the clocks of the zone. */
  minute: number
  /** IANA name; without it that of the office hours, of the schedule, else UTC. */
  zone?: string
}

/** From a moment on the check answers so; of several that have come the last one written holds. */
export interface CheckChange {
  from: { atMs: number } | { afterEffectOf: string; afterMs: number }
  /** Laid over what held before; null takes a field away. */
  is?: Record<string, string | number | boolean | null>
  /** Only this member of a group. */
  target?: string
  /** It cannot be measured, for this reason. */
  fails?: string
  /** It takes so long, on the real clock: a drill waits for it. */
  takesMs?: number
}

export interface ScriptedAttempt {
  /** Default 1. */
  wouldTouch?: number
  /** Default what the plan finds. */
  touches?: number
  /** The effect fails, for this reason. */
  fails?: string
  /** Nobody knows whether the effect happened; what the target says when it is probed. */
  unknown?: 'done' | 'not-done' | 'cannot-tell'
  /** On the real clock: a drill waits for it. */
  takesMs?: number
  /** Another target stands there when the effect is to begin than when it was planned. */
  isReplaced?: true
  /** Planning fails, for this reason. */
  cannotPlan?: string
}

/** Its moment: since the opening, or since a gate of a step has opened. */
export type When = { atMs: number } | { gateOf: string; afterMs: number }

export type DrillEvent = When & WhatHappens

export type WhatHappens =
  /** `labels` are laid over those of the alert that opens the incident: with any it is another one, of the same group. */
  | { kind: 'alert'; does: 'fires' | 'resolves' | 'repeats'; labels: Record<string, string> }
  | { kind: 'person'; who: string; does: PersonsAct }
  | { kind: 'crash'; of: 'worker' | 'engine' }

/** A worker that is killed around the effect of a step, the first time it comes there. */
export interface CrashAround {
  step: string
  at: CrashPoint
}

export const crashPoints = ['before-claim', 'after-claim', 'after-effect'] as const
export type CrashPoint = (typeof crashPoints)[number]

export type PersonsAct =
  | { act: 'acknowledge' }
  | { act: 'freeze' | 'unfreeze'; reason: string }
  | { act: 'resolve' | 'cancel'; reason: string }
  /** Of the plan that is open at the moment. */
  | { act: 'approve' | 'deny'; step: string; reason?: string }
  /** What was asked of a person: was it done, or did the effect happen? */
  | { act: 'tick' | 'decide'; step: string; done: boolean }
  | { act: 'severity'; is: Severity }
  | { act: 'impact'; is: Impact }

/** What is expected of one thing at its moment; without `atMs` at any. */
export interface Timed<T> {
  atMs?: number
  is: T
}

/** What is left out is not looked at, but for `pages` and `effects`: an unexpected one fails. */
export interface Expectation {
  /** Every severity the incident had, in order, the one of triage first. */
  severity?: Timed<Severity>[]
  impact?: Timed<Impact>[]
  /** Each step and how it ended at last; one that is not here must not be reached, unless its gate is expected to be open. */
  steps?: Record<string, Timed<StepResult>>
  /** By step: how its last gate of the kind that asks for leave, or for a tick, ended. */
  gates?: Record<string, Timed<GateState>>
  /** All of them, in order: one more or one less is a failure. */
  pages: ExpectedPage[]
  /** Who is told what, beside pages: all of it, in order. Not looked at when left out. */
  told?: ExpectedNews[]
  /**
   * Effects at the target by step or `<step>.undo`: all of them. Without it one of each step that `steps` says succeeded, one of each
   * undo that is `undone` and of its step, and none of the others: with none of these at all, nothing may be done.
   */
  effects?: Record<string, ExpectedEffect>
  /** By step or `overall`: every verdict of its verifications, in order. */
  verdicts?: Record<string, Timed<Verdict>[]>
  undone?: Record<string, UndoEnd>
  /** All of them, in order; the first one, `detection`, may be left out. */
  phases?: Timed<Phase>[]
  outcome?: IncidentOutcome | 'open'
  closedAtMs?: number
  /** Entries of the timeline that come in this order, others between them. */
  timeline?: ExpectedEntry[]
  /** Counted from the closing; `null`: none is asked for. */
  postmortem?: { dueMs: number } | null
  never: Never[]
}

export interface ExpectedPage {
  atMs: number
  /** In any order. */
  to: string[]
}

export interface ExpectedNews {
  atMs?: number
  event: string
  to: string[]
}

export interface ExpectedEffect {
  times: number
  /** Of each: these parameters, others are not looked at. */
  with?: Record<string, ParameterValue>
}

export interface ExpectedEntry {
  kind: string
  atMs?: number
  /** These fields of its data, others are not looked at. */
  has?: Record<string, string | number | boolean>
}

export type Never =
  | { effect: string }
  | { page: string }
  | { severity: Severity }
  | { entry: string; has?: ExpectedEntry['has'] }
  | { step: string }
