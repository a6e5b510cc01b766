import { condition, isCancellation } from '@temporalio/workflow'
import { type EscalationLevel, inItsHours, labelOf } from '../contracts/runbook.ts'
import { durationInWords } from '../contracts/duration-words.ts'
import { besidePageId, isMoreSevere } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { evaluateCondition, incidentScope } from '../language/conditions.ts'
import { pages } from './activity-stubs.ts'
import { createAlarm } from './alarm.ts'
import { slotOf } from '../contracts/level-slots.ts'
import { type IncidentState, isAcknowledged, nameSeverity } from './incident-state.ts'
import { callingHash, callingRunbook, epochOf, levelsOf, pageIdOf } from './levels.ts'
import type { Life } from './life.ts'
import { needPeople } from './need-people.ts'

interface Due {
  level: number
  slot: number
  id: string
  epoch: number
  dueAtMs: number
  /** It is no level's page: nothing holds it back, and the level keeps its own. */
  isBeside?: true
  waitsFor?: 'answer'
}

/**
 * Pages every level at its deadline, beside whatever else goes on. Deadlines are absolute; a level that was held back (by
 * its condition, or by a recovery that did not last) is due from the moment nothing holds it any more. A page in flight
 * never delays the next level.
 */
export async function escalate(life: Life): Promise<never> {
  const alarm = createAlarm()
  for (;;) {
    noteEligibility(life)
    const seen = circumstances(life)
    const [next] = duePages(life)
    alarm.set(next?.dueAtMs)
    await condition(() => alarm.hasRung() || circumstances(life) !== seen)
    const isAsSeen = circumstances(life) === seen
    if (next !== undefined && isAsSeen) void firePage(life, next).catch(unlessCancelled)
  }
}

/** The incident ended with a page on its way: nobody waits for it any more. */
function unlessCancelled(error: unknown): void {
  if (!isCancellation(error)) throw error
}

/** The next level that is still to come and may page at this hour does so at once, and says why: `because` people are needed now. */
export function hurryNextLevel(life: Life, because: string): void {
  // The levels of a routine begin to count with this; those of one that a person has ended do not.
  if (needPeople(life, because) && life.state.ended === undefined) return
  if (life.isUndoing === true) return callBeside(life, because, { waitsFor: 'answer' })
  hurry(life, because)
}

/** Of a step of a ladder; a routine calls for what became of its step once that has ended. */
export function hurryInLadder(life: Life, because: string): void {
  if (life.input.routine === undefined) hurryNextLevel(life, because)
}

/**
 * A routine needs people although they were called before, perhaps hours ago and for something else: somebody is called in any case, those
 * of the last level where an acknowledgement holds the others back or none is left.
 */
export function callAgain(life: Life, because: string): void {
  if (life.state.ended !== undefined) return
  if (!hurry(life, because)) callBeside(life, because)
}

function hurry(life: Life, because: string): boolean {
  const now = Date.now()
  const next = duePages(life).find(
    ({ level, dueAtMs }) => dueAtMs > now && inItsHours(callingRunbook(life), level, now) === now,
  )
  if (next === undefined) return false
  life.state.hurried[next.id] = { atMs: now, because }
  return true
}

/**
 * Calls whom the next level would, or the level so many `further`, or the last one when none is left, without using that level up. While something is taken back
 * no level pages: the system is well, or a person has ended the incident; what is left behind has to be told all the same.
 */
export function callBeside(
  life: Life,
  because: string,
  { further = 0, ...more }: Pick<Due, 'waitsFor'> & { further?: number } = {},
): void {
  const { state, input } = life
  const now = Date.now()
  const left = candidates(life).filter(level => !isForOthers(life, level))
  const runbook = callingRunbook(life)
  const inHours = left.filter(({ index }) => inItsHours(runbook, index, now) === now)
  const callable = inHours.length > 0 ? inHours : left.slice(0, 1)
  const level = (callable[further] ?? callable.at(-1))?.index ?? runbook.escalate.length - 1
  const slot = slotOf(levelsOf(life), level)
  state.calls = (state.calls ?? 0) + 1
  const id = besidePageId(input.number, state.calls)
  state.hurried[id] = { atMs: now, because }
  const due = { level, slot, id, epoch: state.epoch, dueAtMs: now, isBeside: true, ...more } as const
  void firePage(life, due).catch(unlessCancelled)
}

/** Everything that decides which level is next; a change of it wakes the escalation. */
function circumstances(life: Life): string {
  const { state } = life
  return JSON.stringify([
    state.epoch,
    state.acknowledgedEpoch,
    state.isRecovered,
    state.ended,
    state.severity,
    state.impact,
    state.phase,
    state.hurried,
    state.needsPeople,
    callingHash(life),
  ])
}

interface Candidate extends EscalationLevel {
  index: number
  slot: number
  id: string
  epoch: number
  /** When its clock started. */
  fromMs: number
}

/** What the levels are counted from: of a routine when it came to need people, which `candidates` waits for. */
function countsFromMs({ state, input }: Life): number {
  return state.needsPeople?.atMs ?? input.openedAtMs
}

/** Levels that have not paged in their epoch, with the id they would page under. */
function candidates(life: Life): Candidate[] {
  const { state, input } = life
  if (input.routine !== undefined && state.needsPeople === undefined) return []
  const levels = levelsOf(life)
  return levels.escalate
    .map((level, index) => {
      const fromMs = level.unless === 'acknowledged' ? state.epochStartedMs : countsFromMs(life)
      const slot = slotOf(levels, index)
      return { ...level, index, slot, epoch: epochOf(life, level), fromMs, id: pageIdOf(life, levels, index) }
    })
    .filter(candidate => state.paged[candidate.id] !== true)
}

function noteEligibility(life: Life): void {
  const { state } = life
  for (const candidate of candidates(life)) {
    noteWhatHolds(life, candidate)
    const before = state.eligibleSince[candidate.id]
    if (isHeldBack(life, candidate)) state.eligibleSince[candidate.id] = 'held-back'
    else if (before === undefined) state.eligibleSince[candidate.id] = candidate.fromMs
    else if (before === 'held-back') state.eligibleSince[candidate.id] = Date.now()
  }
}

function isHeldBack(life: Life, level: Candidate): boolean {
  const { state } = life
  // Whatever a level waits for: a system that is well again wakes nobody while its recovery is held.
  if (state.ended !== undefined || state.isRecovered) return true
  return isForOthers(life, level)
}

/** By what it says itself. */
function isForOthers({ state }: Life, level: Candidate): boolean {
  if (level.unless === 'acknowledged' && isAcknowledged(state)) return true
  return !doesHold(state, level)
}

function doesHold(state: IncidentState, { when }: EscalationLevel): boolean {
  if (when === undefined) return true
  const evaluated = evaluateCondition(when, incidentScope(state))
  // Without data a level pages: silence needs a reason, a page does not.
  return !('value' in evaluated) || evaluated.value
}

/** Since when the condition of a level holds; whether it may page is another question. */
function noteWhatHolds({ state }: Life, level: Candidate): void {
  if (level.when === undefined) return
  state.holdsSince ??= {}
  if (doesHold(state, level)) state.holdsSince[level.slot] ??= Date.now()
  else delete state.holdsSince[level.slot]
}

/** When a level is due as far as its condition goes; people who are needed now do not wait for it to last. */
function lastedMs({ state }: Life, { slot, forMs, id }: Candidate): number {
  if (forMs === undefined || state.hurried[id] !== undefined) return 0
  return (state.holdsSince?.[slot] ?? Date.now()) + forMs
}

/** What is still to be paged, as far as nothing holds it back, the earliest first. */
function duePages(life: Life): Due[] {
  const { state } = life
  const all = candidates(life).flatMap(candidate => {
    const sinceMs = state.eligibleSince[candidate.id] ?? candidate.fromMs
    if (sinceMs === 'held-back' || isHeldBack(life, candidate)) return []
    const deadlineMs = Math.min(
      candidate.fromMs + candidate.afterMs,
      state.hurried[candidate.id]?.atMs ?? Infinity,
    )
    const { index: level, slot, id, epoch } = candidate
    const readyMs = Math.max(deadlineMs, sinceMs, lastedMs(life, candidate))
    const dueAtMs = inItsHours(callingRunbook(life), level, readyMs)
    return dueAtMs === Infinity ? [] : [{ level, slot, id, epoch, dueAtMs }]
  })
  return all.toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.level - b.level)
}

async function firePage(life: Life, due: Due): Promise<void> {
  const { state, input } = life
  const runbook = callingRunbook(life)
  const level = runbook.escalate[due.level]!
  state.paged[due.id] = true
  state.pagesInFlight += 1
  // What wakes somebody says how bad it is: the measurements of the first seconds are worth this short wait.
  if (isUnassessed(state)) await condition(() => !isUnassessed(state), limits.pageAwaitsTriageMs)
  const { severity } = due.isBeside === true ? {} : level
  if (severity !== undefined && isMoreSevere(severity, state.severity)) {
    const label = labelOf(runbook, severity)
    life.note('severity.changed', {
      from: state.severity,
      to: severity,
      ...(label === undefined ? {} : { label }),
      because: `level ${due.level} was reached`,
    })
    nameSeverity(state, { severity, label })
    life.change({ severity, ...(label === undefined ? {} : { severityLabel: label }) })
    await life.record()
  }
  const intent = {
    id: due.id,
    incident: input.number,
    epoch: due.epoch,
    level: due.level,
    functions: level.page,
    dueAtMs: due.dueAtMs,
  }
  const unless = level.unless === undefined || due.isBeside === true ? {} : { unless: level.unless }
  const told = await pages
    .page({ intent: { ...intent, ...unless, atMs: Date.now() }, page: pageFor(life, due, level) })
    // Each failed try has its own entry; the levels after this one are the way on.
    .catch(() => undefined)
  if (told?.state === 'sent' && state.sent !== undefined) state.sent[due.id] = true
  state.pagesInFlight -= 1
}

function isUnassessed({ phase }: IncidentState): boolean {
  return phase === 'detection' || phase === 'triage'
}

function pageFor(life: Life, due: Due, level: EscalationLevel) {
  const { input, state } = life
  return {
    id: due.id,
    incident: input.number,
    level: due.level,
    functions: level.page,
    title: input.title,
    severity: state.severity,
    ...(state.severityLabel === undefined ? {} : { severityLabel: state.severityLabel }),
    system: input.system,
    environment: input.environment,
    because: whyPaged(life, due, level),
    ...(due.waitsFor === undefined ? {} : { waitsFor: due.waitsFor }),
    openedAt: new Date(input.openedAtMs).toISOString(),
    acknowledgeCommand: `npx paramedic incident ack ${input.number}`,
  }
}

/** What holds so soon has held from the beginning, as far as people are concerned: triage had to be done. */
const beginningMs = 10_000

function whyPaged(life: Life, { id, slot }: Due, { afterMs, unless, when, forMs }: EscalationLevel): string {
  const { state } = life
  const hurried = state.hurried[id]
  if (hurried !== undefined) return hurried.because
  if (forMs !== undefined) return `${when} has held for ${durationInWords(forMs)}`
  const fromMs = countsFromMs(life)
  const sinceMs = (state.holdsSince?.[slot] ?? fromMs) - fromMs
  if (sinceMs > Math.max(afterMs, beginningMs)) return `${when} holds now`
  if (afterMs === 0)
    return state.needsPeople?.because ?? (unless === undefined ? 'it opened' : `it is not ${unless}`)
  const since = durationInWords(afterMs)
  if (unless !== undefined) return `it is not ${unless} after ${since}`
  return state.needsPeople !== undefined ? `it has needed people for ${since}` : `it opened ${since} ago`
}
