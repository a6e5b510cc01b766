/**
 * A runbook after parsing and normalising: durations in milliseconds, every default filled in, lists in order.
 * Its identity is SHA-256(JCS(this tree)). Plain data, so that it can travel in a workflow's input.
 */
import type { Communication } from './communication.ts'
import type { Severity } from './incident.ts'
import type { RunbookInput } from './runbook-input.ts'
import { type HoursOnly, nextIn, type OfficeHours } from './office-hours.ts'
import type { Schedule } from './schedule.ts'
import type { ActionName, CheckName, ParameterValue, TargetKind } from './targets/catalogue.ts'

export interface Runbook {
  name: string
  title: string
  /** The owning team. */
  owner: string
  /** Where the procedure comes from, e.g. `amas.md#7.2`. */
  source?: string
  description?: { what: string; whenToUse?: string; whenNotToUse?: string }
  /** Role -> kind, or what else narrows it. Bound to real targets when an incident opens. */
  targets: Record<string, TargetKind | Role>
  /** By name. Absent without any. */
  inputs?: RunbookInput[]
  /** CEL over `alert`; a runbook without one is chosen only as the default. */
  match?: string
  /** It begins at these times and not with an alert: a routine. Its steps are all taken, in their order. */
  schedule?: Schedule
  /** Of several whose `match` holds, the highest is chosen. Never 0, which is what is meant without one. */
  priority?: number
  triage: {
    checks: CheckUse[]
    severity: SeverityRule[]
    impact?: string
    /** While the incident is open its checks are measured anew this often: it may turn out worse than it was. */
    recheckMs?: number
  }
  /** The ladder: stop at the first verified recovery. */
  mitigate: (Step | ManualStep)[]
  /** The proof that the system is well, measured after a step succeeded or the alerts went away. */
  verify?: OverallVerification
  /** How long a recovery must last before the incident closes. Default 5 minutes. */
  holdMs: number
  /** When the team is at work; levels may page in these hours only, or outside of them. */
  officeHours?: OfficeHours
  escalate: EscalationLevel[]
  /** Who is told what, beside the stakeholders of the configuration. */
  communication?: Communication[]
  postmortem?: { dueMs: number; for: Severity[] }
}

/** What fills a role. Written as a kind alone where nothing else is said, so that its hash stays what it was. */
export interface Role {
  kind: TargetKind
  /** Every target that fits, instead of the one. */
  many?: true
  /** Only targets that the configuration puts into this group. */
  group?: string
}

export function roleOf(written: TargetKind | Role): Role {
  return typeof written === 'string' ? { kind: written } : written
}

/** A check with whether it measures one target or each of a group. */
export type MeasuredCheck = Pick<CheckUse, 'name' | 'uses'> & { isMany: boolean }

export function measuredChecks({ targets, triage }: Pick<Runbook, 'targets' | 'triage'>): MeasuredCheck[] {
  return triage.checks.map(({ name, uses, target }) => {
    const role = targets[target]
    return { name, uses, isMany: role !== undefined && roleOf(role).many === true }
  })
}

export interface CheckUse {
  name: string
  uses: CheckName
  /** A role of `targets`. */
  target: string
  with: Record<string, ParameterValue>
  /** Parameter -> the input that has its value. Absent without any. */
  fromInputs?: Record<string, string>
  timeoutMs: number
}

export interface SeverityRule {
  is: Severity
  /** The system's own name for it (P0, Level 4, High). */
  label?: string
  /** CEL over `checks` and `alert`; the last rule has none. */
  when?: string
  /** The rule holds when every measurement for so long has held; it needs `recheckMs`. */
  forMs?: number
}

/** The system's own name for a severity that no rule has chosen: that of the first rule which could. */
export function labelOf(runbook: Runbook, severity: Severity): string | undefined {
  return runbook.triage.severity.find(rule => rule.is === severity && rule.label !== undefined)?.label
}

export interface Step {
  id: string
  uses: ActionName
  target: string
  /** CEL over `checks` and `alert`; false or no data skips the step. */
  when?: string
  with: Record<string, ParameterValue>
  /** Parameter -> the input that has its value. Absent without any. */
  fromInputs?: Record<string, string>
  /** Looked at before anything is planned: what needs no help any more is left alone. */
  precheck?: Precheck
  gate?: RunbookGate
  verify: StepVerification
  /** A step that failed is tried again, from its plan on. */
  retry?: { times: number; afterMs: number }
  /** After its last try: people are called and the ladder goes on, it ends here, or the step is taken back first. Without it, it goes on; a routine stops. */
  onFailure?: 'next' | 'escalate' | 'stop' | 'undo'
  /** Its effect stays for the time of the incident: it is taken back after the recovery, or before a person's end. */
  temporary?: true
  undo: { none: string } | Undo
  /** Longest time from claim to outcome. */
  timeoutMs: number
}

/** What takes a step back, on the step's own target. */
export interface Undo {
  uses: ActionName
  with: Record<string, ParameterValue>
  /** Parameter -> the input that has its value. Absent without any. */
  fromInputs?: Record<string, string>
  /** Without one, an effect that succeeded is enough. */
  verify?: StepVerification
  /** Longest time from claim to outcome. */
  timeoutMs: number
}

/** What is planned, allowed, claimed and proved: a step, or what takes one back. */
export type Attempted = Omit<Step, 'verify' | 'undo'> & { verify?: StepVerification }

/** Under what an undo is planned, claimed and told. No step has such a name: those have no dots. */
export function undoId(step: string): string {
  return `${step}.undo`
}

/** The undo of a step as what is planned, allowed, claimed and proved. */
export function attemptedUndo(step: Pick<Step, 'id' | 'target'>, undo: Undo): Attempted {
  return { id: undoId(step.id), target: step.target, ...undo }
}

/** Paramedic itself runs the undo of such a step. */
export function isTakenBack({ temporary, onFailure }: Pick<Step, 'temporary' | 'onFailure'>): boolean {
  return temporary === true || onFailure === 'undo'
}

/** The steps with what follows their last failed try: where nothing is said, a routine stops and a ladder goes on. */
export function stepsInFull({
  schedule,
  mitigate,
}: Pick<Runbook, 'schedule' | 'mitigate'>): (Step | ManualStep)[] {
  return schedule === undefined ? mitigate : mitigate.map(step => ({ onFailure: 'stop', ...step }))
}

/** What a person does and ticks. Paramedic changes nothing here, so there is nothing to plan, to claim or to take back. */
export interface ManualStep {
  id: string
  /** What is to be done, in words for whoever does it. */
  manual: string
  /** CEL over `checks` and `alert`; false or no data skips the step. */
  when?: string
  precheck?: Precheck
  /** `role:<role or function>`, one of them is enough to tick it; without it everybody who may tick. */
  by?: string[]
  expiresMs: number
  /** When nobody has ticked it by then; see {@link RunbookGate}. */
  onExpiry: RunbookGate['onExpiry']
  /** Without it a tick leads to the next step, and proves nothing. */
  verify?: StepVerification
  /** When a person says that it was not done, or it did not help. Without it, it goes on; a routine stops. */
  onFailure?: 'next' | 'escalate' | 'stop'
}

export interface Precheck {
  /** The name of a triage check, measured anew. */
  check: string
  /** CEL over `value`; false or no data skips the step. */
  when: string
  /** What passes by itself is given this long. */
  afterMs: number
}

export interface RunbookGate {
  /** `role:<role or function>`; one of them is enough to be allowed to decide. */
  approvers: string[]
  quorum: number
  expiresMs: number
  /** Never approves: go to the next step, page and go to the next step, or stop the ladder. */
  onExpiry: 'next' | 'escalate' | 'stop'
}

/** A measurement that stays: after `settleMs`, `until` must hold for `forMs` on end, within `withinMs`. */
export interface Steadiness {
  /** CEL; one check is `value`, several are `checks.<name>`. */
  until: string
  settleMs: number
  forMs: number
  withinMs: number
  everyMs: number
}

export interface StepVerification extends Steadiness {
  /** The name of a triage check. */
  check: string
}

export interface OverallVerification extends Steadiness {
  checks: string[]
}

export interface EscalationLevel {
  afterMs: number
  unless?: 'acknowledged' | 'resolved'
  /** Due in other hours, it waits for the next of these. */
  only?: HoursOnly
  /** CEL over `incident` (`impact`, `severity`, `phase`). */
  when?: string
  /** `when` has to have held for so long on end. */
  forMs?: number
  /** Functions to page, e.g. `on-call`. */
  page: string[]
  /** The incident becomes at least this severe when the level pages. */
  severity?: Severity
}

/** When a level that is due at `ms` may page: then, or as soon as its hours have come. */
export function inItsHours(
  { escalate, officeHours }: Pick<Runbook, 'escalate' | 'officeHours'>,
  level: number,
  ms: number,
): number {
  const only = escalate[level]?.only
  return only === undefined || officeHours === undefined ? ms : nextIn(only, officeHours, ms)
}

/** A role of the runbook and the target the alert's system and environment gave it. */
export type Binding =
  | {
      role: string
      kind: TargetKind
      target: string
      /** Where it is reached from, for as long as the incident lives; without it, from everywhere else. */
      site?: string
    }
  /** Of a role for many: in the order of their names. */
  | { role: string; kind: TargetKind; members: BoundTarget[] }
  | { role: string; kind: TargetKind; problem: 'unbound' | 'ambiguous' | 'too many'; candidates: string[] }

export interface BoundTarget {
  target: string
  site?: string
}

/** A runbook as a process holds it. */
export interface LoadedRunbook {
  runbook: Runbook
  /** SHA-256 of its canonical JSON. */
  hash: string
}
