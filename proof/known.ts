/**
 * What is known of an incident after some of its audit entries. Pure: the same fold tells an engineer what was known at a
 * moment, and an auditor what every row has to say.
 */
import type {
  GateKind,
  GateState,
  Impact,
  IncidentOutcome,
  Outcome,
  Phase,
  Severity,
} from '../contracts/incident.ts'
import type { PostmortemState } from '../contracts/postmortem.ts'
import type { TimelineEvents, TriedNotice } from '../contracts/timeline.ts'
import type { ActKey } from './acts.ts'

/** Something a person did, and when. */
export interface ByPerson {
  by: string
  atMs: number
}

export interface KnownGate {
  gate: GateKind
  step: string
  planHash: string | null
  question: string
  approvers: string[]
  quorum: number
  openedMs: number
  expiresAt: string | null
  state: GateState
  answer: 'done' | 'not-done' | null
  decided?: { by: string | null; atMs: number }
  consumedMs?: number
  votes: (ByPerson & { verdict: 'approve' | 'deny'; reason: string | null })[]
}

export interface KnownClaim {
  step: string
  attempt: number
  /** Absent of an attempt that was given up before anything was claimed. */
  made?: { action: string; target: string; planHash: string; deadline: string; atMs: number }
  outcome: Outcome | 'abandoned' | null
  settledMs?: number
  evidence: Record<string, unknown> | null
}

export interface KnownPage {
  level: number
  to: string[]
  dueAt: string | null
  state: 'sent' | 'failed' | 'suppressed'
  because: string | null
  /** When a channel took it, or all of them had refused. */
  atMs: number
  /** Handed to a channel. */
  sentAt?: string
  latenessMs: number | null
}

export interface KnownNotices {
  /** A page that nobody got is tried again, and its rows go on without an entry. */
  isFinal: boolean
  tried: TriedNotice[]
}

export interface KnownVersion {
  /** Undefined of a draft whose entry was written before entries of drafts had one. */
  contentHash: string | undefined
  writtenBy: string | null
  atMs: number
  factsHash?: string
}

export interface KnownPostmortem {
  state: PostmortemState
  dueAt: string | null
  draftedMs: number
  reviewed?: ByPerson
  published?: ByPerson & { version: number }
  firstPublishedMs?: number
  /** The last one is the newest. */
  versions: Map<number, KnownVersion>
}

export interface Known {
  opened?: TimelineEvents['incident.opened'] & { atMs: number }
  phase: Phase
  /** Undefined until triage or a person has said so. */
  severity?: Severity
  severityLabel?: string
  severityBy?: ByPerson
  impact: Impact
  impactBy?: ByPerson
  acknowledged?: ByPerson
  firstAcknowledgedMs?: number
  /** Rises when an alert that an acknowledgement did not cover starts to fire. */
  ackEpoch: number
  recoveredMs?: number
  isLadderExhausted: boolean
  /** Since when a run of a routine needs people. */
  needsPeopleMs?: number
  endRequested?: ByPerson & { end: 'resolve' | 'cancel'; reason: string | null }
  closed?: { outcome: IncidentOutcome; because: string; atMs: number }
  alerts: Map<string, { name: string; status: 'firing' | 'resolved'; atMs: number }>
  checks: Map<string, TimelineEvents['check.measured'] & { atMs: number }>
  /** Every measurement of triage, also when a check was measured twice because an answer was lost. */
  measured: TimelineEvents['check.measured'][]
  verifications: TimelineEvents['verification.ended'][]
  /** How each step ended, by its id. */
  steps: Map<string, TimelineEvents['step.ended'] & { atMs: number }>
  plans: Map<string, TimelineEvents['step.planned'] & { atMs: number }>
  gates: Map<string, KnownGate>
  claims: Map<string, KnownClaim>
  pages: Map<string, KnownPage>
  /** Page -> the acknowledgement that answers it; `unsaid` when an entry of one does not name its pages. */
  pageAnswers: Map<string, ByPerson> | 'unsaid'
  /** By the key of the page or message. */
  notices: Map<string, KnownNotices>
  postmortem?: KnownPostmortem
  histories: Map<string, { sha256: string; events: number; bytes: number }>
  /** What people and sources did, in order. */
  acts: { key: ActKey; seq: number }[]
  /** The newest entry about each thing, by its key (`gate INC-.../restart/1`, `incident phase`). */
  newest: Map<string, number>
}

export function nothingKnown(): Known {
  return {
    phase: 'detection',
    impact: 'unknown',
    ackEpoch: 0,
    isLadderExhausted: false,
    alerts: new Map(),
    checks: new Map(),
    measured: [],
    verifications: [],
    steps: new Map(),
    plans: new Map(),
    gates: new Map(),
    claims: new Map(),
    pages: new Map(),
    pageAnswers: new Map(),
    notices: new Map(),
    histories: new Map(),
    acts: [],
    newest: new Map(),
  }
}
