/** The parts of a runbook as a sentence says them; whole sentences are made by who tells the runbook. */
import {
  type Communication,
  type CommunicationEvent,
  communicationEvents,
} from '../../contracts/communication.ts'
import { durationInWords } from '../../contracts/duration-words.ts'
import { isMoreSevere, type Severity } from '../../contracts/incident.ts'
import type { Given } from '../../contracts/runbook-input.ts'
import type { OfficeHours } from '../../contracts/office-hours.ts'
import type {
  EscalationLevel,
  ManualStep,
  Runbook,
  RunbookGate,
  SeverityRule,
  Steadiness,
  Step,
} from '../../contracts/runbook.ts'
import type { Schedule } from '../../contracts/schedule.ts'
import {
  actionDefinitions,
  checkDefinitions,
  isActionName,
  type ActionName,
  type CheckName,
  type ParameterValue,
} from '../../contracts/targets/catalogue.ts'
import type { ParameterDefinition } from '../../contracts/targets/definition.ts'
import { askedOf, listed, unbroken } from '../narrate/narration.ts'
import { timesInWords } from './cron-words.ts'
import { valueInWords } from '../narrate/values.ts'

/** `idle_longer_than 10 minutes · at_most 200`; names stay those of the file. */
export function parametersOf(
  uses: ActionName | CheckName,
  { with: written, fromInputs = {} }: Given,
): string {
  const told = [
    ...Object.entries(written).map(([name, value]) => `${name} ${parameterInWords(uses, name, value)}`),
    ...Object.entries(fromInputs).map(([name, input]) => `${name} as the input ${input}`),
  ]
  return told.map(one => one.replaceAll(' ', unbroken)).join(' · ')
}

export function parameterInWords(uses: ActionName | CheckName, name: string, value: ParameterValue): string {
  const { parameters }: { parameters: Record<string, ParameterDefinition> } = isActionName(uses)
    ? actionDefinitions[uses]
    : checkDefinitions[uses]
  const isDuration = parameters[name]?.type === 'duration' && typeof value === 'number'
  return (isDuration ? durationInWords(value) : valueInWords(value)).replaceAll(' ', unbroken)
}

/** `one of senior or lead`, `two different people of senior`. */
export function approversInWords({ approvers, quorum }: Pick<RunbookGate, 'approvers' | 'quorum'>): string {
  const who = askedOf(approvers)
  if (quorum > 1) return `${quorum} different people of ${who}`
  return approvers.length > 1 ? `one of ${who}` : who
}

/** `a person does this and ticks it, one of senior or lead: Raise the limit`. */
export function taskInWords({ manual, by }: Pick<ManualStep, 'manual' | 'by'>): string {
  const who = by === undefined ? 'a person' : approversInWords({ approvers: by, quorum: 1 })
  return `${who} does this and ticks it: ${manual.trim().replace(/\.$/, '')}`
}

export const onExpiryInWords: Record<RunbookGate['onExpiry'], string> = {
  next: 'the next step is tried',
  escalate: 'the next level of the escalation is called at once and the next step is tried',
  stop: 'no further step is tried, and it stays with people',
}

export function retryInWords(retry: Step['retry']): string {
  if (retry === undefined) return 'it is not tried again'
  const { times, afterMs } = retry
  return `it is tried again ${times === 1 ? 'once' : `up to ${times} times`}, each time after ${durationInWords(afterMs)}`
}

function onFailureInWords(onFailure: Step['onFailure']): string {
  return onFailure === 'undo'
    ? 'it is taken back at once and the next step is tried'
    : onExpiryInWords[onFailure ?? 'next']
}

/** What follows a step that did not help or that nobody answered. */
export interface Following {
  expiry(onExpiry: RunbookGate['onExpiry']): string
  failure(onFailure: Step['onFailure']): string
}

export const followingInLadder: Following = {
  expiry: onExpiry => onExpiryInWords[onExpiry],
  failure: onFailureInWords,
}

export function followingOf({ schedule }: Pick<Runbook, 'schedule'>): Following {
  return schedule === undefined ? followingInLadder : followingInRoutine
}

/** A routine goes on only where its author said so. */
const followingInRoutine: Following = {
  expiry: onExpiry =>
    ({
      next: 'the next step is taken',
      escalate: 'the next level of the escalation is called at once and no further step is taken',
      stop: 'no further step is taken, and it stays with people',
    })[onExpiry],
  failure: (onFailure = 'stop') =>
    ({
      next: 'people are called if nobody was before, and the next step is taken',
      escalate: 'the next level of the escalation is called at once and the next step is taken',
      stop: 'no further step is taken, and it stays with people',
      undo: 'it is taken back at once and no further step is taken',
    })[onFailure],
}

/** `nothing to undo: a restart stays`, `service.start with healthy_within 1 minute, given up after 10 minutes`. */
export function undoInWords(undo: Step['undo']): string {
  if ('none' in undo) return `nothing to undo: ${undo.none}`
  const { uses, timeoutMs } = undo
  const parameters = parametersOf(uses, undo)
  return `${uses}${parameters === '' ? '' : ` with ${parameters}`}, given up after ${durationInWords(timeoutMs)}`
}

/** `every Monday at 02:00, Europe/Berlin, at the latest 2 hours later`. */
export function scheduleInWords({ cron, zone, windowMs }: Schedule): string {
  return `${timesInWords(cron)}, ${zone}, at the latest ${durationInWords(windowMs)} later`
}

/** `after 1 second, then every 5 seconds; it has to hold for 30 seconds on end, within 5 minutes`. */
export function steadinessInWords({ settleMs, forMs, withinMs, everyMs }: Omit<Steadiness, 'until'>): string {
  const settle = settleMs === 0 ? 'at once' : `after ${durationInWords(settleMs)}`
  const held = forMs === 0 ? 'has to hold once' : `has to hold for ${durationInWords(forMs)} on end`
  return `${settle}, then ${everyInWords(everyMs)}; it ${held}, within ${durationInWords(withinMs)}`
}

/** `every 5 seconds`, `every second`. */
export function everyInWords(ms: number): string {
  return `every ${durationInWords(ms).replace(/^1 /, '')}`
}

export function severityInWords({ is, label }: Pick<SeverityRule, 'is' | 'label'>): string {
  return label === undefined ? is : `${is} (${label})`
}

/** ` this has held for 5 minutes`; nothing where a condition counts at once. */
export function lastingInWords({ forMs }: { forMs?: number }): string {
  return forMs === undefined ? '' : ` this has held for ${durationInWords(forMs)}`
}

/** `at once`, `after 15 minutes`. */
export function timeOfLevel({ afterMs }: Pick<EscalationLevel, 'afterMs'>): string {
  return afterMs === 0 ? 'at once' : `after ${durationInWords(afterMs)}`
}

const eventWords: Record<CommunicationEvent, string> = {
  opened: 'when it opens',
  severity: 'when its severity changes',
  impact: 'when its impact changes',
  acknowledged: 'when somebody takes it',
  mitigated: 'when a recovery is measured or does not last',
  resolved: 'when it is over',
}

export function eventsInWords(events: readonly string[]): string {
  return listed(communicationEvents.filter(event => events.includes(event)).map(event => eventWords[event]))
}

/** `when it opens and when it is over`, `every 30 minutes until it is over`. */
export function momentOfRule({
  on = [],
  everyMs,
  until,
}: Pick<Communication, 'on' | 'everyMs' | 'until'>): string {
  if (everyMs === undefined) return eventsInWords(on)
  return `${everyInWords(everyMs)} ${until === undefined ? 'until it is over' : 'until a recovery is measured'}`
}

/** `only in office hours`; undefined at any hour. */
export function onlyInWords(only: EscalationLevel['only']): string | undefined {
  return only === undefined
    ? undefined
    : `only ${only === 'office-hours' ? 'in office hours' : 'out of office hours'}`
}

/** `mon, tue and wed from 09:00 to 17:00, Europe/Berlin`. */
export function officeHoursInWords({ zone, days, fromMinute, toMinute }: OfficeHours): string {
  return `${listed(days)} from ${timeOfDay(fromMinute)} to ${timeOfDay(toMinute)}, ${zone}`
}

function timeOfDay(minutes: number): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

export const unlessInWords: Record<NonNullable<EscalationLevel['unless']>, string> = {
  acknowledged: 'unless somebody has acknowledged',
  resolved: 'unless it is resolved',
}

/** A post-mortem is due from the mildest of these on: `SEV2 or worse`. */
export function fromMildest(severities: readonly Severity[]): string {
  const mildest = severities.reduce((one, other) => (isMoreSevere(one, other) ? other : one))
  return mildest === 'SEV1' ? mildest : `${mildest} or worse`
}
