/** What is open at this moment, and the exact command for it. */
import { isOpen } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import { standingSteps } from '../../contracts/standing-steps.ts'
import type { TimelineEvents } from '../../contracts/timeline.ts'
import type { IncidentDetail, NextPageView, NextUpdateView } from '../../contracts/views.ts'
import { counted, listed, shortHash } from '../narrate/narration.ts'
import { everyInWords } from '../runbook/words.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { gateCommands, gatePlan } from './gate-plan.ts'
import { postmortemLeft } from './postmortem-left.ts'
import { command, hanging, type View } from './view.ts'

/** @param isWatched the reader is watching already and need not be told how. */
export function whatIsOpen(incident: IncidentDetail, view: View, isWatched = false): string[] {
  if (!isOpen(incident.phase)) return [...inPlace(incident, view), ...postmortemLeft(incident, view)]
  const gates = incident.gates.filter(gate => gate.state === 'open')
  const plans = gates.flatMap(gate => [...gatePlan(gate, view), '', ...gateCommands(gate, view)])
  const facts = [
    ...running(incident, view),
    ...inPlace(incident, view),
    ...state(incident, view),
    ...pageLine(incident.nextPage, view),
    ...updateLine(incident.nextUpdate, view),
    ...newerVersion(incident, view),
  ]
  const others = [
    ...(incident.acknowledgedAt === null && incident.routine?.needsPeopleSince !== null
      ? [command(`incident ack ${incident.number}`, view, 'yours:')]
      : []),
    ...(gates.length === 0 && waitsForFreeze(incident) !== undefined
      ? [command('freeze off', view, 'let it go:')]
      : []),
    ...(gates.length === 0 &&
    (isStuck(incident) || isHeldByAlerts(incident) || unproved(incident) !== undefined)
      ? [command(`incident resolve ${incident.number} --reason "..."`, view, 'mended:')]
      : []),
    ...(isWatched ? [] : [command(`incident watch ${incident.number}`, view, 'follow:')]),
  ]
  return [...facts, ...(plans.length > 0 && facts.length > 0 ? [''] : []), ...plans, ...others]
}

function running({ claims }: IncidentDetail, view: View): string[] {
  return claims
    .filter(claim => claim.outcome === null)
    .flatMap(({ step, action, target, claimedAt, deadline }) => {
      const since = wholeDuration(view.now - Date.parse(claimedAt))
      const text = `${step} runs since ${since}: ${action} on ${target}, to end before ${view.clock.zoned(Date.parse(deadline), view.now)}`
      return hanging('  ', 2, text, 'attention', view)
    })
}

/** An incident of an alert can be moved to the version that is in force by now. */
function newerVersion(incident: IncidentDetail, view: View): string[] {
  const { number, runbook, runbookHash, runbookHashInForce, routine } = incident
  if (routine !== null || runbookHashInForce === null || runbookHashInForce === runbookHash) return []
  const versions = `version ${shortHash(runbookHash)} of ${runbook}, while ${shortHash(runbookHashInForce)} is in force`
  return [
    ...hanging('  ', 2, `It runs ${versions}.`, 'plain', view),
    command(`incident rebase ${number}`, view, 'move it:'),
  ]
}

/** What is there only because of the incident, and what takes it back. */
function inPlace({ timeline, phase }: IncidentDetail, view: View): string[] {
  return standingSteps(timeline).flatMap(({ step, action, target, isLeft }) => {
    const text =
      isLeft || !isOpen(phase)
        ? `${step} is still in place; ${action} on ${target} would take it back.`
        : `${step} is in place for the time of the incident; ${action} on ${target} takes it back.`
    return hanging('  ', 2, text, isLeft ? 'bad' : 'attention', view)
  })
}

/** The ladder has ended without a recovery: Paramedic only watches from here. */
function isStuck({ timeline }: IncidentDetail): boolean {
  const last = timeline.findLast(entry =>
    ['ladder.exhausted', 'routine.stopped', 'phase.changed'].includes(entry.kind),
  )
  return last?.kind === 'ladder.exhausted' || last?.kind === 'routine.stopped'
}

/** Why the whole of a routine is not proved; undefined when its last measurement does not say so. */
function unproved({ routine, timeline }: IncidentDetail): string | undefined {
  if (routine === null) return undefined
  const last = timeline.findLast(
    ({ kind, data }) =>
      kind === 'phase.changed' || (kind === 'verification.ended' && data.of.startsWith('overall/')),
  )
  return last?.kind === 'verification.ended' && last.data.verdict !== 'recovered'
    ? last.data.because
    : undefined
}

/** Until what was temporary is taken back it stays open. */
function isEnding({ timeline }: IncidentDetail): boolean {
  return timeline.some(({ kind }) => kind === 'resolve.requested' || kind === 'cancel.requested')
}

/** The step that a freeze keeps from starting; undefined when none does. */
function waitsForFreeze({ timeline }: IncidentDetail): string | undefined {
  const last = timeline.findLast(
    ({ kind }) =>
      kind === 'freeze.met' || kind === 'step.planned' || kind === 'claim.made' || kind === 'step.ended',
  )
  return last?.kind === 'freeze.met' ? last.data.step : undefined
}

/** The step that waits by itself at this moment; undefined when none does. */
function waitingStep({ timeline }: IncidentDetail, nowMs: number): TimelineEvents['step.waits'] | undefined {
  const last = timeline.findLast(
    ({ kind }) =>
      kind === 'step.waits' || kind === 'step.planned' || kind === 'step.ended' || kind === 'phase.changed',
  )
  return last?.kind === 'step.waits' && Date.parse(last.data.until) > nowMs ? last.data : undefined
}

/** Measured to be well, while whoever reported it says that it is not. */
function isHeldByAlerts({ recoveredAt, alertsFiring }: IncidentDetail): boolean {
  return recoveredAt !== null && alertsFiring > 0
}

function state(incident: IncidentDetail, view: View): string[] {
  const say = (text: string, tone: 'plain' | 'bad' | 'good' = 'plain'): string[] =>
    hanging('  ', 2, text, tone, view)
  if (
    incident.gates.some(gate => gate.state === 'open') ||
    incident.claims.some(claim => claim.outcome === null)
  )
    return []
  const frozen = waitsForFreeze(incident)
  if (frozen !== undefined)
    return say(`A freeze is on: ${frozen} waits until it is lifted, and nothing is changed.`, 'bad')
  if (isEnding(incident))
    return say('A person has ended it: it closes when what was done for the time of it is taken back.')
  if (isStuck(incident) && incident.routine !== null)
    return say('No further step is taken: do by hand what is left of it, then resolve it.', 'bad')
  if (isStuck(incident))
    return say(
      'No step of the runbook is left: mend it by hand; when its alerts resolve, Paramedic measures whether it is well.',
      'bad',
    )
  const waiting = waitingStep(incident, view.now)
  if (waiting !== undefined)
    return say(
      `${waiting.step} waits until ${view.clock.zoned(Date.parse(waiting.until), view.now)}: ${waiting.because}.`,
    )
  if (isHeldByAlerts(incident))
    return say(
      `Measured as recovered, but ${counted(incident.alertsFiring, 'alert')} still ${incident.alertsFiring === 1 ? 'fires' : 'fire'}: it closes when nothing fires any more.`,
    )
  if (incident.recoveredAt !== null) return say('Recovered; it closes when the recovery has lasted.', 'good')
  if (incident.routine !== null) return say(...ofRoutine(incident, incident.routine, view))
  const firing =
    incident.alertsFiring === 0
      ? 'no alert fires any more'
      : `${counted(incident.alertsFiring, 'alert')} firing`
  return say(`Paramedic is at work in ${incident.phase}, ${firing}; nothing waits for you.`)
}

/** Of one that goes on by itself. */
function ofRoutine(
  incident: IncidentDetail,
  { closesAt, needsPeopleSince }: NonNullable<IncidentDetail['routine']>,
  view: View,
): [text: string, tone: 'plain' | 'bad'] {
  const because = unproved(incident)
  if (because !== undefined)
    return [
      `Every step is behind it, and it is not proved: ${because}. It is measured again ${everyInWords(limits.lookAgainMs)} and is over when it is well; mend what is left by hand.`,
      'bad',
    ]
  const goesOn = `The routine is in ${incident.phase}; it begins steps until ${view.clock.zoned(Date.parse(closesAt), view.now)}`
  const needed = incident.timeline.find(({ kind }) => kind === 'routine.needs-people')
  if (needsPeopleSince === null || needed?.kind !== 'routine.needs-people')
    return [`${goesOn}, and nothing waits for you.`, 'plain']
  const since = view.clock.zoned(Date.parse(needsPeopleSince), view.now)
  return [`It has needed people since ${since}: ${needed.data.because}. ${goesOn}.`, 'plain']
}

/** A page may be five seconds late, ten after an outage (promise 7); later than that, nobody is being paged. */
const overdueAfterMs = 10_000

function pageLine(page: NextPageView | null, view: View): string[] {
  if (page === null) return []
  const dueAtMs = Date.parse(page.dueAt)
  const due = view.clock.zoned(dueAtMs, view.now)
  const people = listed(page.functions)
  if (view.now - dueAtMs > overdueAfterMs) {
    const text = `The page to ${people}, due ${due}, is not sent yet: something is down.`
    return [...hanging('  ', 2, text, 'bad', view), command('doctor', view, 'look:')]
  }
  const left = leftUntil(dueAtMs, view)
  const unless = page.unless === null ? '' : ` unless ${page.unless}`
  return hanging('  ', 2, `Next page ${left} (${due}): ${people}${unless}`, 'attention', view)
}

function updateLine(update: NextUpdateView | null, view: View): string[] {
  if (update === null) return []
  const dueAtMs = Date.parse(update.dueAt)
  const due = view.clock.zoned(dueAtMs, view.now)
  const text = `Next update ${leftUntil(dueAtMs, view)} (${due}): ${listed(update.tell)} ${update.tell.length === 1 ? 'hears' : 'hear'} how it stands`
  return hanging('  ', 2, text, 'plain', view)
}

function leftUntil(ms: number, { now }: View): string {
  return ms > now ? `in ${wholeDuration(ms - now)}` : 'now'
}
