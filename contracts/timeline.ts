/** The kinds of audit entry and what each one says. Whoever commits a row writes its entry, in that transaction. */
import type {
  GateKind,
  Impact,
  IncidentOutcome,
  Outcome,
  Phase,
  Risk,
  Severity,
  StepResult,
  UndoEnd,
  Verdict,
} from './incident.ts'
import type { NewsEvent } from './notice.ts'
import type { Preview } from './plan.ts'
import type { PostmortemSection, PostmortemTick } from './postmortem.ts'
import type { WayInForce } from './runbook-registry.ts'
import type { ResolvedInput } from './runbook-input.ts'
import type { FindingKind } from './supervision.ts'

export interface TimelineEvents {
  'alert.firing': { alertKey: string; name: string; summary?: string; severity?: string; startsAt?: string }
  'alert.resolved': { alertKey: string; name: string; endsAt?: string; because?: string }
  'incident.opened': {
    title: string
    runbook: string
    runbookHash: string
    dedupKey: string
    bindings: Record<string, string>
    unbound?: string[]
    /** What its runbook is given. */
    inputs?: ResolvedInput[]
    linkedTo?: string
    /** It is a run of a routine: when it was due, until when it begins steps, and who started it by hand. */
    routine?: { dueAt: string; closesAt: string; by?: string }
  }
  /** From now on its levels count. */
  'routine.needs-people': { because: string }
  /** It takes no further step. */
  'routine.stopped': { because: string }
  /** A run that did not take place; `before`: so many earlier ones neither, which are told by their number. */
  'routine.missed': {
    runbook: string
    runbookHash: string
    dueAt: string
    because: string
    before?: number
  }
  /** A person moved the incident to the version in force of its runbook. `levelSlots`: see level-slots.ts. */
  'runbook.rebased': {
    runbook: string
    from: string
    to: string
    bindings: Record<string, string>
    unbound?: string[]
    inputs?: ResolvedInput[]
    levelSlots: number[]
    reason?: string
  }
  /** The ladder goes on with that version: at which step, and which checks were measured for it. */
  'rebase.taken': { runbookHash: string; nextStep: string | null; measured: string[] }
  /** Levels of that version that need not page: whom they call was called before. Ids of pages. */
  'levels.covered': { pageIds: string[] }
  'phase.changed': { from: Phase; to: Phase }
  'check.measured': {
    check: string
    uses: string
    target: string
    /** The target is one of a group. */
    isMember?: true
    values: Record<string, unknown>
    error?: string
  }
  'triage.assessed': { severity: Severity; label?: string; impact: Impact; because: string }
  'severity.changed': { from: Severity; to: Severity; label?: string; because: string }
  'impact.changed': { from: Impact; to: Impact; because: string }
  /** Nobody looks any more whether it has become worse, until that is tried again; told once. */
  'recheck.failed': { because: string }
  'step.planned': {
    step: string
    attempt: number
    action: string
    risk: Risk
    target: string
    planHash: string
    preview: Preview
    previewHash: string
    parameters: Record<string, unknown>
  }
  /** A step waits by itself, for nobody: until when, and what comes then. */
  'step.waits': { step: string; attempt: number; until: string; because: string }
  /** Before the effect of a step: what will take it back. */
  'undo.registered': {
    step: string
    attempt: number
    action: string
    target: string
    parameters: Record<string, unknown>
    temporary: boolean
  }
  /** What was registered has come to an end; `in-place`: the effect of its step stays, and people know. */
  'undo.ended': { step: string; is: UndoEnd; action: string; target: string; because: string }
  'step.ended': {
    step: string
    attempt: number
    result: StepResult
    because: string
    /** Skipped although nobody could tell whether it is needed, or how it is done. */
    noData?: true
  }
  'gate.opened': {
    gateId: string
    gate: GateKind
    step: string
    planHash?: string
    approvers: string[]
    quorum: number
    expiresAt?: string
    question: string
  }
  'gate.voted': {
    gateId: string
    verdict: 'approve' | 'deny'
    planHash?: string
    votes: number
    quorum: number
    reason?: string
  }
  'gate.decided': {
    gateId: string
    state: 'approved' | 'denied'
    answer?: 'done' | 'not-done'
    reason?: string
  }
  'gate.expired': { gateId: string }
  'gate.withdrawn': { gateId: string; because: string }
  'claim.made': {
    step: string
    attempt: number
    action: string
    target: string
    planHash: string
    deadline: string
  }
  'claim.abandoned': { step: string; attempt: number; because: string }
  'effect.ended': {
    step: string
    attempt: number
    action: string
    target: string
    outcome: Outcome
    touched?: number
    unit?: string
    evidence?: Record<string, unknown>
    error?: string
  }
  'effect.probed': {
    step: string
    attempt: number
    answer: 'done' | 'not-done' | 'cannot-tell'
    evidence?: Record<string, unknown>
  }
  'verification.ended': {
    of: string
    verdict: Verdict
    until: string
    measured: Record<string, unknown>
    samples: number
    heldForMs: number
    because: string
  }
  'ladder.exhausted': { because: string }
  'page.sent': {
    pageId: string
    level: number
    to: string[]
    dueAt: string
    /** Handed to a channel; the entry's own time is when one took it. */
    sentAt?: string
    latenessMs: number
    channels: string[]
    /** Contact -> the channel that took it. */
    reached?: Record<string, string>
    /** Called names that nobody stands behind; the fallback got the page instead. */
    nobody?: string[]
    /** `mia by mail` -> why not; others were reached. */
    failures?: Record<string, string>
    /** It went out in a message together with others. */
    rollUps?: string[]
    /** The row of each recipient and channel, as it was when this was written. */
    notices?: TriedNotice[]
    unrecordedFor?: string
  }
  'page.suppressed': { pageId: string; level: number; because: string }
  'page.failed': {
    pageId: string
    level: number
    to: string[]
    dueAt: string
    sentAt?: string
    latenessMs: number
    failures: Record<string, string>
  }
  /** `key`: of the message and its notices. */
  'news.told': { to: string; event: NewsEvent; channel: string; key?: string; notices?: TriedNotice[] }
  'news.failed': {
    to: string
    event: NewsEvent
    failures: Record<string, string>
    key?: string
    notices?: TriedNotice[]
  }
  /** Somebody asked what would be done about an alert: targets were read, and nothing was changed. */
  'runbook.tested': { runbook: string; runbookHash: string; alert: string; targets: string[] }
  /** Somebody asked for a message by each channel of a contact. */
  'contact.test': { contact: string; channels: string[] }
  'contact.tested': { contact: string; channel: string; problem?: string }
  /** `pages`: ids of those it answers. */
  acknowledged: { alertsCovered: number; epoch: number; pages?: string[] }
  note: { text: string }
  /** `unticked`: manual steps that were asked for, and that nobody had answered for by then. */
  'resolve.requested': { reason?: string; alertsFiring: number; unticked?: string[] }
  'cancel.requested': { reason: string; unticked?: string[] }
  'recovery.held': { because: string; holdMs: number }
  'recovery.lost': { because: string }
  'incident.closed': { outcome: IncidentOutcome; because: string }
  'freeze.on': { reason: string }
  'freeze.off': { reason?: string }
  'freeze.met': { step: string; attempt: number }
  'history.archived': { runs: { runId: string; sha256: string; events: number; bytes: number }[] }
  'postmortem.drafted': { version: number; contentHash?: string; dueAt?: string; ticked: PostmortemTick[] }
  /** What is new in this version; the content itself is kept under its hash. */
  'postmortem.edited': {
    version: number
    contentHash: string
    sections: PostmortemSection[]
    ticked: PostmortemTick[]
    unticked: PostmortemTick[]
    /** Numbers of action items that were added, changed or dropped. */
    actionItems: number[]
  }
  'postmortem.reviewed': { version: number; writtenBy: string; comment?: string }
  'postmortem.published': { version: number; contentHash: string; factsHash: string; reviewedBy?: string }
  'postmortem.reopened': { version: number; reason: string }
  'action-item.done': { item: number; text: string; note?: string }
  'message.unknown': { rowId: number }
  /** `before`: the version it replaces; the same hash when only comments, layout or the file are others. */
  'runbook.in-force': { name: string; hash: string; before?: string; file: string; way: WayInForce }
  'runbook.withdrawn': { name: string; hash: string; way: WayInForce }
  /** `keeps`: the runbook whose last good version stays in force. */
  'runbook.held-back': { file: string; faults: number; because: string; keeps?: string; way: WayInForce }
  'runbook.mended': { file: string }
  'supervision.found': { finding: FindingKind; subject: string; since: string }
  'supervision.paged': { finding: FindingKind; subject: string; since: string; channel: string }
  'supervision.ended': { finding: FindingKind; subject: string; since: string; lastedMs: number }
}

/** One page or message to one recipient by one channel, and what became of it. */
export interface TriedNotice {
  recipient: string
  channel: string
  state: 'waiting' | 'accepted' | 'failed' | 'rejected'
  attempts: number
  problem: string | null
  acceptedAt: string | null
  rollUp: string | null
}

export type TimelineKind = keyof TimelineEvents

/** `person:<name>`, `source:<name>` or `paramedic`. */
export type Actor = `person:${string}` | `source:${string}` | 'paramedic'

/** An entry before the audit log gives it its number and hash. */
export type NewEntry = {
  [K in TimelineKind]: { kind: K; actor: Actor; atMs: number; data: TimelineEvents[K]; incident?: string }
}[TimelineKind]

/** An entry as it is read back. */
export type TimelineEntry = NewEntry & { seq: number; recordedAt: string; hash: string }
