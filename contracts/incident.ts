/** The words of an incident's life: phases, severities, impact, and what a step can end as. */

/** Phases in order. An incident is open from detection to verification; see {@link openPhases}. */
export const phases = ['detection', 'triage', 'mitigation', 'verification', 'post-mortem', 'closed'] as const
export type Phase = (typeof phases)[number]

/** While an incident is in one of these, its dedup key belongs to it (a partial unique index says the same). */
export const openPhases = [
  'detection',
  'triage',
  'mitigation',
  'verification',
] as const satisfies readonly Phase[]

export function isOpen(phase: Phase): boolean {
  return (openPhases as readonly Phase[]).includes(phase)
}

/** Most severe first. */
export const severities = ['SEV1', 'SEV2', 'SEV3', 'SEV4'] as const
export type Severity = (typeof severities)[number]

/** A severity with the system's own name for it, if it has one. */
export interface NamedSeverity {
  severity: Severity
  label: string | undefined
}

/** True when `candidate` is more severe than `current` (SEV1 is the most severe). */
export function isMoreSevere(candidate: Severity, current: Severity): boolean {
  return severities.indexOf(candidate) < severities.indexOf(current)
}

/** Are customers affected? `unknown` counts as yes wherever somebody has to be paged. */
export const impacts = ['yes', 'no', 'unknown'] as const
export type Impact = (typeof impacts)[number]

/** How an incident ended. */
export type IncidentOutcome = 'recovered' | 'resolved-by-person' | 'cancelled'

/**
 * What a ladder step can end as: a value, never an exception. `voided`: attempt after attempt changed nothing. `ticked`: a
 * person did it, and nothing measures whether it helped.
 */
export const stepResults = [
  'succeeded',
  'ticked',
  'skipped',
  'denied',
  'expired',
  'failed',
  'unknown',
  'voided',
  'withdrawn',
] as const
export type StepResult = (typeof stepResults)[number]

/** What became of a registered undo. `not-needed`: its step did nothing, or is to stay. */
export type UndoEnd = 'undone' | 'not-needed' | 'in-place'

/** What is known of one effect. `unknown` is never retried blindly. */
export type Outcome = 'succeeded' | 'failed' | 'unknown'

/** What a verification measured. `no_data` is a failure: nothing measured is nothing proved. */
export type Verdict = 'recovered' | 'not_recovered' | 'no_data'

/** How much an action can hurt; declared by the action, never by the runbook. */
export type Risk = 'reversible' | 'disruptive' | 'destructive'

/** What Paramedic may do on a target: only look, ask before every step, or act where policy allows. */
export const autonomies = ['observe', 'propose', 'auto'] as const
export type Autonomy = (typeof autonomies)[number]

/** A gate asks people: may this plan run (`approval`), did that effect happen (`outcome`), have you done this (`manual`). */
export const gateKinds = ['approval', 'outcome', 'manual'] as const
export type GateKind = (typeof gateKinds)[number]
/** What a person answers to the kinds that ask for no approval. */
export type GateAnswer = 'done' | 'not-done'
export type GateState = 'open' | 'approved' | 'denied' | 'expired' | 'withdrawn'

/** `INC-YYYY-MM-DD-NNN`; the day is UTC, the counter starts at 001 each day and grows past 999. */
export const incidentNumberPattern = /^INC-\d{4}-\d{2}-\d{2}-\d{3,}$/

export function incidentNumber(day: string, count: number): string {
  return `INC-${day}-${String(count).padStart(3, '0')}`
}

/** The Temporal workflow id of an incident; REJECT_DUPLICATE makes it start once for ever. */
export function incidentWorkflowId(number: string): string {
  return `incident/${number}`
}

/** The incident that a workflow of ours belongs to; undefined when it is no incident's. */
export function incidentOfWorkflow(workflowId: string): string | undefined {
  return /INC-\d{4}-\d{2}-\d{2}-\d{3,}/.exec(workflowId)?.[0]
}

/** The id of the workflow that archives a closed incident. */
export function afterWorkflowId(number: string): string {
  return `incident/${number}/after`
}

/** Gate and plan ids are derived, so that a replay names the same row. */
export function attemptId(number: string, step: string, attempt: number): string {
  return `${number}/${step}/${attempt}`
}

export interface Attempt {
  step: string
  attempt: number
}

export function gateIdOf(kind: GateKind, number: string, step: string, attempt: number): string {
  const id = attemptId(number, step, attempt)
  return kind === 'approval' ? id : `${id}/${kind}`
}

/** What a gate asks, by its id. */
export function kindOfGate(gateId: string): GateKind {
  const [, ending] = /\/\d+\/([a-z-]+)$/.exec(gateId) ?? []
  return gateKinds.find(kind => kind === ending) ?? 'approval'
}

/** The attempt an id speaks of, with or without its incident; the gate that asks for an outcome adds a word. */
export function attemptOfId(id: string): Attempt | undefined {
  const [, step, attempt] = /^(?:INC-[\d-]+\/)?(.+?)\/(\d+)(?:\/[a-z-]+)?$/.exec(id) ?? []
  return step === undefined ? undefined : { step, attempt: Number(attempt) }
}

/** Of a page that belongs to no level: the nth of its incident. */
export function besidePageId(number: string, nth: number): string {
  return `${number}/page/beside/${nth}`
}

export function pageId(number: string, epoch: number, level: number): string {
  return `${number}/page/${epoch}/${level}`
}
