/** The one place where a written runbook becomes contracts/runbook.ts: names, milliseconds, every default. */
import { type Communication, communicationEvents } from '../contracts/communication.ts'
import { weekdays } from '../contracts/office-hours.ts'
import { limits } from '../contracts/limits.ts'
import type { Given } from '../contracts/runbook-input.ts'
import type {
  CheckUse,
  EscalationLevel,
  ManualStep,
  Runbook,
  Steadiness,
  Step,
  StepVerification,
} from '../contracts/runbook.ts'
import {
  actionDefinitions,
  checkDefinitions,
  type ActionName,
  type CheckName,
} from '../contracts/targets/catalogue.ts'
import type { ParameterDefinition } from '../contracts/targets/definition.ts'
import type { requiredOfActions } from './lint-manual.ts'
import { readInput } from './read-input.ts'
import { readParameters } from './read-parameters.ts'
import type { RunbookSource } from './runbook-source.ts'

/** Fills in every default. The source must be free of findings: names of checks and actions are trusted here. */
export function normaliseRunbook(source: RunbookSource): Runbook {
  const { metadata, triage, postmortem } = source
  return {
    name: metadata.name,
    title: metadata.title,
    owner: metadata.owner,
    ...present('source', metadata.source),
    ...present('description', descriptionOf(source)),
    targets: Object.fromEntries(
      Object.entries(source.targets).map(([role, written]) => [role, roleOf(written)]),
    ),
    ...present('inputs', inputsOf(source)),
    ...present('match', source.match),
    ...present('schedule', scheduleOf(source)),
    ...present('priority', source.priority === 0 ? undefined : source.priority),
    triage: {
      // Measured all at once: in which order somebody wrote them is no part of what a runbook says.
      checks: Object.entries(triage.checks)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, check]) => checkUseOf(name, check)),
      severity: triage.severity.map(({ is, label, when, for: forMs }) => ({
        is,
        ...present('label', label),
        ...present('when', when),
        ...present('forMs', forMs),
      })),
      ...present('impact', triage.impact),
      ...present('recheckMs', triage.recheck),
    },
    mitigate: source.mitigate.map(step => {
      const byDefault = source.schedule === undefined ? 'next' : 'stop'
      return step.manual === undefined ? stepOf(step, byDefault) : manualStepOf(step, byDefault)
    }),
    ...present('verify', source.verify && { checks: source.verify.checks, ...steadinessOf(source.verify) }),
    holdMs: source.hold ?? limits.holdMs,
    ...present('officeHours', officeHoursOf(source)),
    escalate: source.escalate.map(levelOf),
    ...present('communication', listUnlessEmpty(source.communication.map(communicationOf))),
    ...present('postmortem', postmortem && { dueMs: postmortem.due, for: postmortem.for }),
  }
}

/** An optional key is absent, never undefined: JCS and the workflow's input know no undefined. */
export function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

function descriptionOf({ description }: RunbookSource): Runbook['description'] {
  if (description === undefined) return undefined
  const { what, when_to_use: whenToUse, when_not_to_use: whenNotToUse } = description
  return { what, ...present('whenToUse', whenToUse), ...present('whenNotToUse', whenNotToUse) }
}

/** The long form that says no more than the short one is the short one. */
function roleOf(written: RunbookSource['targets'][string]): Runbook['targets'][string] {
  if (typeof written === 'string') return written
  const { kind, many, group } = written
  if (!many && group === undefined) return kind
  return { kind, ...(many && { many }), ...present('group', group) }
}

/** In which order somebody wrote them is no part of what a runbook says. */
function inputsOf({ inputs }: RunbookSource): Runbook['inputs'] {
  const read = Object.entries(inputs).flatMap(([name, written]) => readInput(name, written, []).input ?? [])
  return read.length === 0 ? undefined : read.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function checkUseOf(name: string, check: RunbookSource['triage']['checks'][string]): CheckUse {
  const uses = check.uses as CheckName
  return {
    name,
    uses,
    target: check.target,
    ...parametersOf(checkDefinitions[uses].parameters, check.with),
    timeoutMs: check.timeout ?? limits.checkTimeoutMs,
  }
}

type WrittenStep = RunbookSource['mitigate'][number]
/** What follows a step that has failed where nothing is said. */
type ByDefault = 'next' | 'stop'

function manualStepOf(step: WrittenStep, byDefault: ByDefault): ManualStep {
  return {
    id: step.id,
    manual: step.manual ?? '',
    ...present('when', step.when),
    ...present('precheck', precheckOf(step)),
    ...present('by', step.by),
    expiresMs: step.expires ?? limits.manualExpiresMs,
    onExpiry: step.on_expiry ?? 'escalate',
    ...present('verify', step.verify && stepVerificationOf(step.verify)),
    ...present('onFailure', onFailureOf(step, byDefault)),
  }
}

/** Nothing is taken back of what a person did; the linter refuses `undo`. */
function onFailureOf({ on_failure: onFailure }: WrittenStep, byDefault: ByDefault): ManualStep['onFailure'] {
  return onFailure === byDefault || onFailure === 'undo' ? undefined : onFailure
}

type WrittenAction = WrittenStep & {
  [K in (typeof requiredOfActions)[number]]: NonNullable<WrittenStep[K]>
}

/** The linter has seen to it that an action has everything it needs. */
function stepOf(written: WrittenStep, byDefault: ByDefault): Step {
  const step = written as WrittenAction
  const uses = step.uses as ActionName
  return {
    id: step.id,
    uses,
    target: step.target,
    ...present('when', step.when),
    ...parametersOf(actionDefinitions[uses].parameters, step.with),
    ...present('precheck', precheckOf(step)),
    ...present('gate', gateOf(step)),
    verify: stepVerificationOf(step.verify),
    ...present('retry', retryOf(step)),
    ...present('onFailure', step.on_failure === byDefault ? undefined : step.on_failure),
    ...present('temporary', step.temporary ? (true as const) : undefined),
    undo: undoOf(step),
    timeoutMs: step.timeout ?? limits.stepTimeoutMs,
  }
}

function undoOf({ undo }: WrittenAction): Step['undo'] {
  if (undo.none !== undefined) return { none: undo.none }
  const uses = undo.uses as ActionName
  const { verify, timeout: timeoutMs = limits.stepTimeoutMs } = undo
  return {
    uses,
    ...parametersOf(actionDefinitions[uses].parameters, undo.with ?? {}),
    ...present('verify', verify && stepVerificationOf(verify)),
    timeoutMs,
  }
}

function parametersOf(
  definitions: Record<string, ParameterDefinition>,
  written: Record<string, unknown>,
): Given {
  const { values, fromInputs } = readParameters(definitions, written, [])
  return { with: values, ...(Object.keys(fromInputs).length > 0 && { fromInputs }) }
}

function precheckOf({ precheck }: WrittenStep): Step['precheck'] {
  if (precheck === undefined) return undefined
  const { check, when, after: afterMs } = precheck
  return { check, when, afterMs }
}

function retryOf({ retry }: WrittenStep): Step['retry'] {
  return retry && { times: retry.times, afterMs: retry.after ?? limits.retryAfterMs }
}

function gateOf({ gate }: WrittenStep): Step['gate'] {
  if (gate === undefined) return undefined
  const { approvers, quorum, expires, on_expiry: onExpiry } = gate
  return { approvers, quorum, expiresMs: expires ?? limits.gateExpiresMs, onExpiry }
}

function stepVerificationOf(verify: NonNullable<WrittenStep['verify']>): StepVerification {
  return { check: verify.check, ...steadinessOf(verify) }
}

type WrittenSteadiness = Pick<
  NonNullable<RunbookSource['verify']>,
  'until' | 'settle' | 'for' | 'within' | 'every'
>

/** Measures at a third of `for`, at least every 5 s, unless the runbook says `every`. */
function steadinessOf(written: WrittenSteadiness): Steadiness {
  const {
    until,
    settle: settleMs = 0,
    for: forMs = limits.verifyForMs,
    within: withinMs = limits.verifyWithinMs,
  } = written
  const everyMs = written.every ?? Math.max(Math.round(forMs / 3), limits.verifyEveryMs)
  return { until, settleMs, forMs, withinMs, everyMs }
}

function scheduleOf({ schedule }: RunbookSource): Runbook['schedule'] {
  if (schedule === undefined) return undefined
  const { cron, zone, window: windowMs, system, environment } = schedule
  return { cron: cron.trim().split(/\s+/).join(' '), zone, windowMs, system, environment }
}

function officeHoursOf({ office_hours: hours }: RunbookSource): Runbook['officeHours'] {
  if (hours === undefined) return undefined
  const { zone, days, from: fromMinute, to: toMinute } = hours
  return { zone, days: weekdays.filter(day => days.includes(day)), fromMinute, toMinute }
}

function levelOf(level: RunbookSource['escalate'][number]): EscalationLevel {
  const { after: afterMs, unless, only, when, for: forMs, page, severity } = level
  return {
    afterMs,
    ...present('unless', unless),
    ...present('only', only),
    ...present('when', when),
    ...present('forMs', forMs),
    page,
    ...present('severity', severity),
  }
}

function listUnlessEmpty<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list
}

function communicationOf(rule: RunbookSource['communication'][number]): Communication {
  const { on, every: everyMs, until, tell, when, say } = rule
  return {
    // An event happens when it happens: in which order they were written says nothing.
    ...present('on', on && communicationEvents.filter(event => on.includes(event))),
    ...present('everyMs', everyMs),
    ...present('until', until === 'resolved' ? undefined : until),
    tell,
    ...present('when', when),
    ...present('say', say),
  }
}
