/** The words of a post-mortem: what people fill in, what they tick, and what the record says by itself. */
import type { Impact, IncidentOutcome, Outcome, Risk, Severity, StepResult, Verdict } from './incident.ts'

/** `draft` until somebody has reviewed this version or published it. */
export const postmortemStates = ['draft', 'reviewed', 'published'] as const
export type PostmortemState = (typeof postmortemStates)[number]

/** What only people know, in the order it is read; each has to be filled in before publishing. */
export const postmortemSections = [
  { id: 'customers', title: 'Impact on customers', asks: 'Who noticed what, for how long, in their words.' },
  { id: 'cause', title: 'Root cause', asks: 'What broke, and why it could.' },
  { id: 'detection', title: 'Why it was not detected earlier', asks: 'What would have told us sooner.' },
  { id: 'prevention', title: 'Prevention', asks: 'What keeps it from happening again.' },
  {
    id: 'changes',
    title: 'Changes to runbook, thresholds and monitoring',
    asks: 'What this incident changes in them, or why nothing.',
  },
  { id: 'lessons', title: 'Lessons', asks: 'What went well, what did not, where we were lucky.' },
] as const
export type PostmortemSection = (typeof postmortemSections)[number]['id']
export const postmortemSectionIds = postmortemSections.map(({ id }) => id)

/** What is done after an incident. The draft ticks what it has done itself, people the rest; each tick is on record. */
export const postmortemChecklist = [
  { id: 'timeline', title: 'The timeline is documented' },
  { id: 'trends', title: 'Metric trends before the incident are reviewed' },
  { id: 'thresholds', title: 'Monitoring thresholds are reviewed' },
  { id: 'runbook', title: 'The runbook says what was learned' },
  { id: 'preventive', title: 'Preventive measures have an owner' },
  { id: 'shared', title: 'The lessons are shared with the team' },
] as const
export type PostmortemTick = (typeof postmortemChecklist)[number]['id']
export const postmortemTickIds = postmortemChecklist.map(({ id }) => id)

export interface ActionItem {
  /** Counted within the post-mortem; a new one gets the next. */
  item: number
  text: string
  owner: string | null
  /** A day, `2026-12-01`. */
  dueOn: string | null
}

/** What people write; the facts are no part of it. */
export interface PostmortemContent {
  /** Markdown; empty while nobody has written it. */
  sections: Record<PostmortemSection, string>
  ticked: PostmortemTick[]
  actionItems: ActionItem[]
}

/** A draft: the facts are there, nobody has written anything. */
export const emptyPostmortem: PostmortemContent = {
  sections: { customers: '', cause: '', detection: '', prevention: '', changes: '', lessons: '' },
  ticked: ['timeline'],
  actionItems: [],
}

/** What keeps it from being published, each in words; empty when nothing does. */
export function missingFrom({ sections, actionItems }: PostmortemContent): string[] {
  return [
    ...postmortemSections.filter(({ id }) => sections[id].trim() === '').map(({ title }) => title),
    ...actionItems.flatMap(({ item, owner, dueOn }) => [
      ...(owner === null ? [`owner of action item ${item}`] : []),
      ...(dueOn === null ? [`due date of action item ${item}`] : []),
    ]),
  ]
}

/** What the audit entries say. Generated, never edited. Times are milliseconds since 1970. */
export interface PostmortemFacts {
  number: string
  title: string
  runbook: { name: string; hash: string }
  bindings: Record<string, string>
  linkedTo: string | null
  severity: { final: Severity; label: string | null; changes: FactChange<Severity>[] }
  impact: { final: Impact; changes: FactChange<Impact>[] }
  outcome: IncidentOutcome | null
  outcomeBecause: string | null
  times: {
    /** When the first alert began, by its own source. */
    startedAtMs: number
    detectedAtMs: number
    acknowledgedAtMs: number | null
    /** When the recovery that lasted began. */
    mitigatedAtMs: number | null
    resolvedAtMs: number | null
  }
  durations: {
    /** Started to detected. */
    detectionMs: number
    /** Detected to acknowledged. */
    responseMs: number | null
    /** Detected to mitigated. */
    mitigationMs: number | null
    /** Detected to resolved. */
    resolutionMs: number | null
    /** Started to mitigated; null when nobody was affected. */
    impactMs: number | null
  }
  alerts: FactAlert[]
  /** Alerts beyond those that are named. */
  moreAlerts: number
  symptoms: FactSymptom[]
  steps: FactStep[]
  /** Verifications of the whole, held and lost recoveries, an exhausted ladder, steps taken back or left in place, moves to another version. */
  course: {
    atMs: number
    what: 'verified' | 'held' | 'lost' | 'exhausted' | 'taken back' | 'left in place' | 'moved'
    verdict: Verdict | null
    because: string
  }[]
  pages: FactPage[]
  acts: { atMs: number; by: string; what: FactAct; text: string }[]
}

export interface FactChange<T> {
  atMs: number
  from: T
  to: T
  by: string
  because: string
}

export interface FactAlert {
  name: string
  summary: string | null
  startedAtMs: number
  endedAtMs: number | null
  /** How often it fired. */
  times: number
}

export interface FactSymptom {
  check: string
  target: string
  before: FactMeasured
  after: FactMeasured | null
}

export type FactMeasured = { atMs: number } & ({ values: Record<string, unknown> } | { problem: string })

export interface FactStep {
  step: string
  attempt: number
  /** Of what people do: what was to be done, in the runbook's words. */
  manual?: string
  action: string | null
  target: string | null
  risk: Risk | null
  plan: { hash: string; summary: string; parameters: Record<string, unknown> } | null
  /** Who allowed or refused it. */
  votes: { atMs: number; by: string; verdict: 'approve' | 'deny'; reason: string | null }[]
  /** A person said what became of an effect that was lost sight of, or of a manual step. */
  answer: { atMs: number; by: string; answer: 'done' | 'not-done'; reason: string | null } | null
  startedAtMs: number | null
  outcome: Outcome | null
  touched: string | null
  evidence: Record<string, unknown> | null
  error: string | null
  verdict: Verdict | null
  verdictBecause: string | null
  result: StepResult | null
  resultBecause: string | null
}

export interface FactPage {
  to: string[]
  level: number
  state: 'sent' | 'suppressed' | 'failed'
  atMs: number
  dueAtMs: number | null
  latenessMs: number | null
  because: string | null
}

export type FactAct =
  'acknowledged' | 'noted' | 'set the severity' | 'set the impact' | 'resolved' | 'cancelled'

/** The id of the workflow that keeps the time of a post-mortem. */
export function postmortemWorkflowId(number: string): string {
  return `incident/${number}/post-mortem`
}

export type PostmortemDeadline = 'reminder' | 'escalation'

export function postmortemPageId(number: string, deadline: PostmortemDeadline): string {
  return `${number}/post-mortem/${deadline}`
}

/** Which deadline of a post-mortem a page is of; undefined for the pages of the incident itself. */
export function postmortemDeadlineOf(pageId: string): PostmortemDeadline | undefined {
  const ending = /\/post-mortem\/(reminder|escalation)$/.exec(pageId)?.[1]
  return ending === 'reminder' || ending === 'escalation' ? ending : undefined
}
