/** What a run of the workflow decided, read from its history: the entries each activity must have left in the audit log. */
import { attemptId } from '../contracts/incident.ts'
import type { IncidentInput, IncidentMessage } from '../contracts/messages.ts'
import type { NewEntry, TimelineKind } from '../contracts/timeline.ts'
import { actionDefinitions, checkDefinitions } from '../contracts/targets/catalogue.ts'
import { actOfMessage } from './acts.ts'
import type { Activity, RunHistory } from './history.ts'

export interface Decision {
  runId: string
  eventId: number
  /** One of these has to be there. */
  kind: TimelineKind
  /** What of the entry the history knows: fields of its data, and `atMs`, `actor` or `act` of the entry. */
  says: Record<string, unknown>
  /** `may`: its answer was lost or never came, so that the entry can be there or not. */
  must: boolean
  /** So many more entries of the same thing can be there, from tries whose answer was lost. */
  repeats: number
}

/** All decisions of a run, in the order of its events. */
export function decisionsOf(run: RunHistory): Decision[] {
  const opened = run.continuedFrom === undefined ? openingOf(run) : []
  const carried = new Map<number, Decision[]>()
  return [
    ...opened,
    ...run.activities.flatMap(activity => [
      ...carriedBy(run, activity, carried),
      ...decisionsOfActivity(run, activity),
    ]),
  ]
}

/** The workflow's own decisions travel with activities, often with several: told once, where they first appear. */
function carriedBy(run: RunHistory, activity: Activity, before: Map<number, Decision[]>): Decision[] {
  const { unwritten = [] } = (activity.args[0] ?? {}) as { unwritten?: Unwritten[] }
  return unwritten.flatMap(({ nth, entries }) => {
    const known = before.get(nth)
    const isWritten = activity.ended === 'completed'
    for (const decision of known ?? []) decision.must ||= isWritten
    if (known !== undefined) return []
    const decisions = entries.map(({ kind, data, atMs, actor }) => ({
      runId: run.runId,
      eventId: activity.eventId,
      kind,
      says: { ...data, atMs, actor },
      must: isWritten,
      repeats: 0,
    }))
    before.set(nth, decisions)
    return decisions
  })
}

interface Unwritten {
  nth: number
  entries: NewEntry[]
}

function openingOf(run: RunHistory): Decision[] {
  const { title, runbookHash, openedAtMs, runbook, opening, inputs } = run.input as IncidentInput
  const says = { title, runbookHash, runbook: runbook.name, atMs: openedAtMs, ...present({ inputs }) }
  const certain = { runId: run.runId, eventId: 1, must: true, repeats: 0 }
  // What began a routine is its opening: one entry says both.
  if (opening.kind === 'due')
    return [{ ...certain, kind: 'incident.opened', says: { ...says, act: actOfMessage(opening) } }]
  return [
    { ...certain, kind: 'incident.opened', says },
    { ...certain, kind: entryKindOf(opening), says: { act: actOfMessage(opening) } },
  ]
}

// What an activity is told and answers is typed where it is written; here it is read from JSON that may be years old.
type Told = Record<string, unknown>

function decisionsOfActivity(run: RunHistory, activity: Activity): Decision[] {
  const input = (activity.args[0] ?? {}) as Told
  const result = (activity.ended === 'completed' ? activity.result : undefined) as unknown
  const decide = (kind: TimelineKind, says: Record<string, unknown>, isCertain = true): Decision => ({
    runId: run.runId,
    eventId: activity.eventId,
    kind,
    says,
    must: isCertain && activity.ended === 'completed',
    repeats: Math.max(0, activity.attempt - 1),
  })

  switch (activity.type) {
    case 'readMessages':
      return ((result ?? []) as IncidentMessage[]).map(message => ({
        ...decide(entryKindOf(message), { act: actOfMessage(message) }),
        repeats: 0,
      }))
    case 'openGate': {
      const gate = input['gate'] as Told
      const says = { gateId: gate['id'], gate: gate['kind'], step: gate['step'], question: gate['question'] }
      return [{ ...decide('gate.opened', { ...says, atMs: gate['atMs'] }), repeats: 0 }]
    }
    case 'expireGate':
    case 'expireQuestion':
      return gateEnd(result, 'expired', decide('gate.expired', { gateId: input['gateId'] }))
    case 'withdrawGate':
    case 'withdrawQuestion':
      return gateEnd(
        result,
        'withdrawn',
        decide('gate.withdrawn', { gateId: input['gateId'], because: input['because'] }),
      )
    case 'close':
      return closing(input, result, decide)
    case 'plan':
      return planned(input, result, decide)
    case 'settle':
      return []
    case 'probe':
      return [decide('effect.probed', { ...attemptOf(input), ...present({ answer: result }) })]
    case 'verify':
    case 'endVerification':
      return verified(input, result, decide)
    case 'recheck':
      return rechecked(input, result, decide)
    case 'giveUpCheck':
      return [measured(input, result, decide)]
    case 'page':
      return [paged(input, result, activity.attempt > 1, decide)]
    default:
      if (activity.type in checkDefinitions) return [measured(input, result, decide)]
      if (activity.type in actionDefinitions) return acted(run, activity, input, result, decide)
      return []
  }
}

type Decide = (kind: TimelineKind, says: Record<string, unknown>, isCertain?: boolean) => Decision

function gateEnd(result: unknown, state: string, decision: Decision): Decision[] {
  // Another answer is another's decision: a person's, with an entry of its own. Repeating changes nothing and writes nothing.
  if (result !== undefined && result !== state) return []
  return [{ ...decision, repeats: 0 }]
}

function closing(input: Told, result: unknown, decide: Decide): Decision[] {
  if (result !== undefined && result !== 'closed') return []
  const { outcome, because, atMs, from } = input
  return [
    { ...decide('phase.changed', { ...present({ from }), to: 'closed', atMs }), repeats: 0 },
    { ...decide('incident.closed', { outcome, because, atMs }), repeats: 0 },
  ]
}

function planned(input: Told, result: unknown, decide: Decide): Decision[] {
  const { step, attempt, incident, target } = input as {
    step: Told
    attempt: number
    incident: string
    target: string
  }
  const { state, planHash, gate } = (result ?? {}) as Told & { gate?: Told }
  if (state === 'failed') return []
  const about = { step: step['id'], attempt, action: step['uses'], target, ...present({ planHash }) }
  const isGated = gate !== undefined
  const expiresAt = isGated ? new Date(Number(gate['expiresAtMs'])).toISOString() : undefined
  const gateId = attemptId(incident, String(step['id']), attempt)
  const opened = decide('gate.opened', { gateId, gate: 'approval', ...present({ planHash, expiresAt }) })
  // A plan is kept once, however often it was asked for.
  return [decide('step.planned', about), ...(isGated || result === undefined ? [opened] : [])].map(
    decision => ({
      ...decision,
      repeats: 0,
    }),
  )
}

/** Each try is a sample, and only the one that ends it writes. */
function verified(input: Told, result: unknown, decide: Decide): Decision[] {
  const { of, until, holdMs } = input
  const { verdict, because } = (result ?? {}) as Told
  const ended = { ...decide('verification.ended', { of, until, ...((result ?? {}) as Told) }), repeats: 0 }
  const mayHold = holdMs !== undefined && (verdict === undefined || verdict === 'recovered')
  if (!mayHold) return [ended]
  return [ended, { ...decide('recovery.held', { ...present({ because }), holdMs }), repeats: 0 }]
}

function measured(input: Told, result: unknown, decide: Decide): Decision {
  const { name, uses, target, isMember } = input
  const { values, problem } = (result ?? {}) as Told
  const seen = result === undefined ? {} : { values: values ?? {}, ...present({ error: problem }) }
  return decide('check.measured', { check: name, uses, target, ...present({ isMember }), ...seen })
}

/** Only the measurement that has told something is on record; of an unanswered one nobody knows whether it had. */
function rechecked(input: Told, result: unknown, decide: Decide): Decision[] {
  const { results = {} } = (result ?? {}) as { results?: Record<string, Told> }
  return (input['checks'] as Told[]).flatMap(check => {
    const seen = results[String(check['name'])]
    const members = seen?.['members'] as Record<string, unknown> | undefined
    const targets = check['targets'] as string[] | undefined
    const each =
      targets === undefined
        ? [measured(check, seen, decide)]
        : targets.map(target => measured({ ...check, target, isMember: true }, members?.[target], decide))
    return each.map(decision => ({ ...decision, repeats: 0 }))
  })
}

/** A later try only says that an earlier one had sent it, and its own lateness. */
function paged(input: Told, result: unknown, isRepeated: boolean, decide: Decide): Decision {
  const { id, level } = input['intent'] as Told
  const { state, latenessMs, because } = (result ?? {}) as Told
  if (state === 'suppressed') return decide('page.suppressed', { pageId: id, level, because })
  if (state === 'sent')
    return decide('page.sent', { pageId: id, level, ...(isRepeated ? {} : { latenessMs }) })
  return decide('page.sent', { pageId: id, level }, false)
}

/** Claim and effect are told by the action's own answer or, when its worker was lost, by what settling found. */
function acted(
  run: RunHistory,
  activity: Activity,
  input: Told,
  result: unknown,
  decide: Decide,
): Decision[] {
  const about = attemptOf(input)
  const { action, planHash } = input
  const made = decide('claim.made', { ...about, action, planHash })
  if (result !== undefined) {
    const { outcome, why } = result as Told
    // Nothing was claimed, so nothing was written.
    if (why === 'limit-reached') return []
    if (outcome === 'voided' && why !== 'identity-changed') return []
    const ended = outcome === 'voided' ? 'failed' : outcome
    return [made, decide('effect.ended', { ...about, action, outcome: ended })]
  }
  const settled = run.activities.find(
    other =>
      other.type === 'settle' &&
      other.eventId > activity.eventId &&
      (other.args[0] as Told)['step'] === about.step &&
      (other.args[0] as Told)['attempt'] === about.attempt,
  )
  if (settled?.ended !== 'completed') return [made, decide('effect.ended', { ...about, action })]
  const certain = { runId: run.runId, eventId: settled.eventId, must: true, repeats: 0 }
  if (settled.result === 'abandoned') return [{ ...certain, kind: 'claim.abandoned', says: about }]
  return [
    { ...certain, eventId: activity.eventId, kind: 'claim.made', says: made.says },
    { ...certain, kind: 'effect.ended', says: { ...about, action, outcome: settled.result } },
  ]
}

function attemptOf(input: Told): { step: unknown; attempt: unknown } {
  return { step: input['step'], attempt: input['attempt'] }
}

/** Only what the history really says. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function entryKindOf(message: IncidentMessage): TimelineKind {
  switch (message.kind) {
    case 'alert':
      return message.status === 'firing' ? 'alert.firing' : 'alert.resolved'
    case 'acknowledged':
      return 'acknowledged'
    case 'gate-decided':
    case 'outcome-decided':
      return 'gate.decided'
    case 'severity-set':
      return 'severity.changed'
    case 'impact-set':
      return 'impact.changed'
    case 'resolved':
      return 'resolve.requested'
    case 'cancelled':
      return 'cancel.requested'
    case 'due':
      return 'incident.opened'
    case 'rebased':
      return 'runbook.rebased'
    case 'freeze-changed':
      return message.on ? 'freeze.on' : 'freeze.off'
    default:
      return message satisfies never
  }
}
