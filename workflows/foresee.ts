import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/activities.ts'
import type {
  ForeseeInput,
  ForeseenCall,
  ForeseenCheck,
  ForeseenStep,
  Foresight,
} from '../contracts/foresight.ts'
import { groupSummary, type MemberResult } from '../contracts/group-summary.ts'
import { limits } from '../contracts/limits.ts'
import { queueAt, taskQueue } from '../contracts/messages.ts'
import {
  type Attempted,
  attemptedUndo,
  type Binding,
  type BoundTarget,
  type CheckUse,
  type ManualStep,
  measuredChecks,
  type Step,
} from '../contracts/runbook.ts'
import { filledParameters } from '../contracts/runbook-input.ts'
import { checkDefinitions } from '../contracts/targets/catalogue.ts'
import { assessImpact, assessSeverity } from '../language/assess.ts'
import {
  checksScope,
  type CheckValues,
  evaluateCondition,
  incidentScope,
  memberValues,
  type Scope,
  valueScope,
  withInputs,
} from '../language/conditions.ts'
import { filledStep, filledUndo, whyUnknown } from '../contracts/filled-step.ts'
import { inLanes } from './in-lanes.ts'
import { silenceOf } from './silence.ts'
import { whyNotTrue } from './why-not-true.ts'

/**
 * What would be done about an alert: measures, judges and plans as an incident would, and records, pages and changes nothing.
 * It has seconds, after which whatever is missing is said to be missing; somebody waits for it.
 */
export async function foresee(input: ForeseeInput): Promise<Foresight> {
  const { runbook, alert, inputs } = input
  const deadlineMs = Date.now() + limits.foreseeMs
  const seen = await inLanes(limits.foreseeLanes, runbook.triage.checks, use =>
    measure(input, use, deadlineMs),
  )
  const checks = seen.map(({ shown }) => shown)
  const measured: Measured = Object.fromEntries(seen.map(({ shown, values }) => [shown.name, values]))
  const scope = withInputs(checksScope(measuredChecks(runbook), measured, alert), inputs)
  const severity = assessSeverity(runbook, scope, { severity: 'SEV3' })
  const impact = assessImpact(runbook, scope)
  const steps = await inLanes(limits.foreseeLanes, runbook.mitigate, step =>
    look(input, step, scope, measured, deadlineMs),
  )
  return {
    checks,
    severity: { is: severity.severity, label: severity.label ?? null, because: severity.because },
    impact: { is: impact.impact, because: impact.because },
    steps,
    calls: callsOf(
      input,
      incidentScope({ impact: impact.impact, severity: severity.severity, phase: 'mitigation' }),
    ),
  }
}

type Measured = Record<string, CheckValues | undefined>

/** As it is shown, and as conditions see it: of a group a line, and each of its members. */
interface Seen {
  shown: ForeseenCheck
  values: CheckValues | undefined
}

async function measure(input: ForeseeInput, use: CheckUse, deadlineMs: number): Promise<Seen> {
  const { name } = use
  const binding = input.bindings.find(({ role }) => role === use.target)
  const nothing = (problem: string, target: string | null = null): Seen => {
    return { shown: { name, target, values: null, problem }, values: undefined }
  }
  if (binding === undefined || 'problem' in binding)
    return nothing(`no target for role ${use.target}: ${binding?.problem ?? 'unbound'}`)
  if ('members' in binding) return measureGroup(input, use, binding.members, deadlineMs)
  const { target } = binding
  const result = await measureTarget(input, use, binding, deadlineMs)
  if ('problem' in result) return nothing(result.problem, target)
  return { shown: { name, target, values: result.values, problem: null }, values: result.values }
}

async function measureGroup(
  input: ForeseeInput,
  use: CheckUse,
  members: readonly BoundTarget[],
  deadlineMs: number,
): Promise<Seen> {
  const results = await inLanes(limits.foreseeLanes, members, member =>
    measureTarget(input, use, member, deadlineMs),
  )
  const byTarget = members.map(({ target }, index) => [target, results[index]!] as const)
  const fields = Object.keys(checkDefinitions[use.uses].fields)
  const values = groupSummary(Object.fromEntries(byTarget), fields)
  return {
    shown: { name: use.name, target: `${members.length} targets`, values, problem: null },
    values: byTarget.map(([target, one]) => memberValues(target, 'values' in one ? one.values : undefined)),
  }
}

async function measureTarget(
  input: ForeseeInput,
  use: CheckUse,
  { target, site }: BoundTarget,
  deadlineMs: number,
): Promise<MemberResult> {
  const { name, uses, timeoutMs } = use
  const filled = filledParameters(use, input.inputs)
  if ('missing' in filled) return { problem: filled.missing }
  return reading(timeoutMs, site, deadlineMs, stubs =>
    stubs.foreseeCheck({ name, uses, target, with: filled.with, timeoutMs }),
  )
}

/** What would become of a step: left out, or planned. */
async function look(
  input: ForeseeInput,
  step: Step | ManualStep,
  scope: Scope,
  measured: Measured,
  deadlineMs: number,
): Promise<ForeseenStep> {
  const { id } = step
  if ('manual' in step) {
    const because = whyNotTaken(input, step, scope, measured) ?? null
    return { id, target: null, result: because === null ? 'asked' : 'left-out', because, plan: null }
  }
  const binding = boundTo(input, step.target)
  const leftOut = { id, target: null, result: 'left-out', plan: null } as const
  if ('problem' in binding) return { ...leftOut, because: binding.problem }
  const { target, site } = binding
  const because = whyNotTaken(input, step, scope, measured)
  if (because !== undefined) return { ...leftOut, target, because }
  const { name } = input.runbook
  const runbook = { name, hash: input.runbookHash }
  // The step and its undo are looked at one after the other.
  const planned = await reading(2 * limits.checkTimeoutMs, site, deadlineMs, stubs =>
    stubs.foreseePlan({ step: filledStep(step, input.inputs), target, runbook, ...undoOf(input, step) }),
  )
  return 'problem' in planned
    ? { id, target, result: 'unknown', because: planned.problem, plan: null }
    : planned.preview.wouldTouch === 0
      ? { id, target, result: 'left-out', because: planned.preview.summary, plan: null }
      : { id, target, result: 'planned', because: null, plan: planned }
}

function undoOf({ inputs }: ForeseeInput, step: Step): { undo?: Attempted } {
  const { undo } = step
  return 'none' in undo ? {} : { undo: attemptedUndo(step, filledUndo(undo, inputs)) }
}

/** A precheck measures once more after a while; now, what was just measured stands for that. */
function whyNotTaken(
  { runbook, inputs }: ForeseeInput,
  step: Step | ManualStep,
  scope: Scope,
  measured: Measured,
): string | undefined {
  const { when, precheck } = step
  const unknown = whyUnknown(step, runbook, inputs)
  if (unknown !== undefined) return unknown
  const byTriage = when === undefined ? undefined : whyNotTrue(when, scope)
  if (byTriage !== undefined || precheck === undefined) return byTriage?.because
  const use = measuredChecks(runbook).find(({ name }) => name === precheck.check)!
  const seen = withInputs(valueScope(use.uses, measured[use.name], use.isMany), inputs)
  return whyNotTrue(precheck.when, seen)?.because
}

function callsOf({ runbook }: ForeseeInput, scope: Scope): ForeseenCall[] {
  return runbook.escalate.map(({ when }, level) => {
    const evaluated = when === undefined ? { value: true } : evaluateCondition(when, scope)
    // Without data a level pages: silence needs a reason, a page does not.
    return { level, isCalled: 'noData' in evaluated || evaluated.value }
  })
}

function boundTo(
  { bindings }: ForeseeInput,
  role: string,
): Extract<Binding, { target: string }> | { problem: string } {
  const binding = bindings.find(candidate => candidate.role === role)
  return binding !== undefined && 'target' in binding
    ? binding
    : {
        problem: `no target for role ${role}: ${binding !== undefined && 'problem' in binding ? binding.problem : 'unbound'}`,
      }
}

type Reading = Pick<Activities['main'], 'foreseeCheck' | 'foreseePlan'>

/** One try, in the time that is left: somebody waits, and asks again if he likes. Never throws for what a target or a site does. */
async function reading<T>(
  targetMs: number,
  site: string | undefined,
  deadlineMs: number,
  read: (stubs: Reading) => Promise<T>,
): Promise<T | { problem: string }> {
  const leftMs = deadlineMs - Date.now()
  if (leftMs <= 0) return { problem: `${limits.foreseeMs / 1_000} s were over before it was asked` }
  const stubs = proxyActivities<Activities['main']>({
    taskQueue: queueAt(taskQueue, site),
    scheduleToStartTimeout: Math.min(limits.foreseeTakesWithinMs, leftMs),
    startToCloseTimeout: Math.min(targetMs + 1_000, leftMs),
    scheduleToCloseTimeout: leftMs,
    retry: { maximumAttempts: 1 },
  })
  try {
    return await read(stubs)
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error
    const silence = silenceOf(site, error, limits.foreseeTakesWithinMs)
    return { problem: silence ?? error.message }
  }
}
