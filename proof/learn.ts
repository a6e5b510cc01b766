/** How entries make what is known: the same rules as the statements of the store, told once more by whoever checks them. */
import { attemptId, type Impact, isMoreSevere, type Severity } from '../contracts/incident.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { actOfEntry } from './acts.ts'
import { nameOf, personOf } from './by-person.ts'
import { type Known, nothingKnown } from './known.ts'
import { learnPostmortem } from './learn-postmortem.ts'

/** What was known when these entries were on record; with `atMs`, only those that had happened by then. */
export function knownFrom(entries: readonly TimelineEntry[], atMs = Infinity): Known {
  const known = nothingKnown()
  for (const entry of entries) if (entry.atMs <= atMs) learn(known, entry)
  return known
}

/** Takes the next entry into what is known. Kinds that change no row of the incident leave it as it is. */
export function learn(known: Known, entry: TimelineEntry): void {
  known.newest.set(subjectOf(entry), entry.seq)
  const act = entry.incident === undefined ? undefined : actOfEntry(entry)
  if (act !== undefined) known.acts.push({ key: act, seq: entry.seq })
  switch (entry.kind) {
    case 'incident.opened':
      known.opened = { ...entry.data, atMs: entry.atMs }
      return
    case 'runbook.rebased':
      return learnMove(known, entry)
    case 'phase.changed':
      if (known.closed === undefined) known.phase = entry.data.to
      return
    case 'incident.closed':
      known.closed ??= { ...entry.data, atMs: entry.atMs }
      return
    case 'recovery.held':
      if (known.closed === undefined) known.recoveredMs = entry.atMs
      return
    case 'recovery.lost':
      if (known.closed === undefined) delete known.recoveredMs
      return
    case 'alert.firing':
    case 'alert.resolved':
      return learnAlert(known, entry)
    case 'triage.assessed':
    case 'severity.changed':
    case 'impact.changed':
      return learnAssessment(known, entry)
    case 'acknowledged':
    case 'resolve.requested':
    case 'cancel.requested':
      return learnAct(known, entry)
    case 'check.measured':
      known.measured.push(entry.data)
      return void known.checks.set(entry.data.check, { ...entry.data, atMs: entry.atMs })
    case 'verification.ended':
      return void known.verifications.push(entry.data)
    case 'step.planned':
      return void known.plans.set(`${entry.data.step}/${entry.data.attempt}`, {
        ...entry.data,
        atMs: entry.atMs,
      })
    case 'step.ended':
      return void known.steps.set(entry.data.step, { ...entry.data, atMs: entry.atMs })
    case 'routine.needs-people':
      if (known.closed === undefined) known.needsPeopleMs ??= entry.atMs
      return
    case 'ladder.exhausted':
      known.isLadderExhausted = true
      return
    case 'gate.opened':
    case 'gate.voted':
    case 'gate.decided':
    case 'gate.expired':
    case 'gate.withdrawn':
      return learnGate(known, entry)
    case 'claim.made':
    case 'claim.abandoned':
    case 'effect.ended':
    case 'effect.probed':
      return learnClaim(known, entry)
    case 'page.sent':
    case 'page.failed':
    case 'page.suppressed':
      learnNotices(known, entry.data.pageId, entry)
      return learnPage(known, entry)
    case 'news.told':
    case 'news.failed':
      return learnNotices(known, entry.data.key, entry)
    case 'postmortem.drafted':
    case 'postmortem.edited':
    case 'postmortem.reviewed':
    case 'postmortem.published':
    case 'postmortem.reopened':
      return learnPostmortem(known, entry)
    case 'history.archived':
      for (const { runId, ...run } of entry.data.runs) known.histories.set(runId, run)
      return
    default:
      return
  }
}

/** What an entry is about; rows are compared, and faults told, by the same keys. */
function subjectOf(entry: TimelineEntry): string {
  const { data } = entry
  if ('gateId' in data) return `gate ${data.gateId}`
  if ('pageId' in data) return `page ${data.pageId}`
  if ('alertKey' in data) return `alert ${data.alertKey}`
  if (entry.kind === 'step.planned') return `plan ${entry.data.step}/${entry.data.attempt}`
  if ('step' in data && 'attempt' in data) return `claim ${data.step}/${data.attempt}`
  if (entry.kind.startsWith('postmortem.')) return 'postmortem'
  return entry.kind === 'history.archived' ? 'history' : 'incident'
}

type EntryOf<K extends TimelineEntry['kind']> = Extract<TimelineEntry, { kind: K }>

/** From here on it runs that version, with what its roles and inputs mean in it. */
function learnMove(known: Known, { data }: EntryOf<'runbook.rebased'>): void {
  if (known.opened === undefined) return
  const { unbound: _, inputs: __, ...opened } = known.opened
  const { to: runbookHash, bindings, unbound, inputs } = data
  known.opened = {
    ...opened,
    runbookHash,
    bindings,
    ...(unbound === undefined ? {} : { unbound }),
    ...(inputs === undefined ? {} : { inputs }),
  }
}

/** An alert new to the incident undoes an acknowledgement that did not cover it; see store/incidents.ts, noteTransition. */
function learnAlert(known: Known, { kind, data, atMs }: EntryOf<'alert.firing' | 'alert.resolved'>): void {
  const isNew = !known.alerts.has(data.alertKey) && known.alerts.size > 0
  if (kind === 'alert.firing' && isNew && known.acknowledged !== undefined) {
    known.ackEpoch += 1
    delete known.acknowledged
  }
  const status = kind === 'alert.firing' ? 'firing' : 'resolved'
  known.alerts.set(data.alertKey, { name: data.name, status, atMs })
}

/** A person's word stands; what the workflow says afterwards may only raise it; see store/incidents.ts, changeIncident. */
function learnAssessment(
  known: Known,
  entry: EntryOf<'triage.assessed' | 'severity.changed' | 'impact.changed'>,
): void {
  if (known.closed !== undefined) return
  const person = personOf(entry)
  switch (entry.kind) {
    case 'triage.assessed':
      raiseSeverity(known, entry.data.severity, entry.data.label)
      raiseImpact(known, entry.data.impact)
      return
    case 'severity.changed':
      if (person === undefined) return raiseSeverity(known, entry.data.to, entry.data.label)
      nameSeverity(known, entry.data.to, entry.data.label)
      known.severityBy = person
      return
    case 'impact.changed':
      if (person === undefined) return raiseImpact(known, entry.data.to)
      known.impact = entry.data.to
      known.impactBy = person
      return
    default:
      entry satisfies never
  }
}

function raiseSeverity(known: Known, severity: Severity, label: string | undefined): void {
  const isHeld = known.severityBy !== undefined && known.severity !== undefined
  if (!isHeld || !isMoreSevere(known.severity!, severity)) nameSeverity(known, severity, label)
}

/** A label belongs to the severity it came with. */
function nameSeverity(known: Known, severity: Severity, label: string | undefined): void {
  known.severity = severity
  if (label === undefined) delete known.severityLabel
  else known.severityLabel = label
}

function raiseImpact(known: Known, impact: Impact): void {
  if (known.impactBy === undefined || impact === 'yes') known.impact = impact
}

function learnAct(
  known: Known,
  entry: EntryOf<'acknowledged' | 'resolve.requested' | 'cancel.requested'>,
): void {
  const person = personOf(entry)
  if (person === undefined) return
  if (entry.kind === 'acknowledged') {
    known.acknowledged = person
    known.firstAcknowledgedMs ??= entry.atMs
    const { pages } = entry.data
    if (pages === undefined) known.pageAnswers = 'unsaid'
    else if (known.pageAnswers !== 'unsaid') for (const page of pages) known.pageAnswers.set(page, person)
    return
  }
  const end = entry.kind === 'resolve.requested' ? 'resolve' : 'cancel'
  known.endRequested = { ...person, end, reason: entry.data.reason ?? null }
}

function learnGate(
  known: Known,
  entry: EntryOf<'gate.opened' | 'gate.voted' | 'gate.decided' | 'gate.expired' | 'gate.withdrawn'>,
): void {
  if (entry.kind === 'gate.opened') {
    const { gateId, planHash = null, expiresAt = null, ...about } = entry.data
    const open = { state: 'open', answer: null, votes: [], openedMs: entry.atMs } as const
    known.gates.set(gateId, { ...about, ...open, votes: [], planHash, expiresAt })
    return
  }
  const gate = known.gates.get(entry.data.gateId)
  if (gate === undefined) return
  if (entry.kind === 'gate.voted') {
    const { verdict, reason = null } = entry.data
    gate.votes.push({ by: nameOf(entry.actor), atMs: entry.atMs, verdict, reason })
    return
  }
  gate.state =
    entry.kind === 'gate.decided' ? entry.data.state : entry.kind === 'gate.expired' ? 'expired' : 'withdrawn'
  gate.decided = { by: personOf(entry)?.by ?? null, atMs: entry.atMs }
  if (entry.kind === 'gate.decided') gate.answer = entry.data.answer ?? null
}

function learnClaim(
  known: Known,
  entry: EntryOf<'claim.made' | 'claim.abandoned' | 'effect.ended' | 'effect.probed'>,
): void {
  const { step, attempt } = entry.data
  const key = `${step}/${attempt}`
  const claim = known.claims.get(key) ?? { step, attempt, outcome: null, evidence: null }
  switch (entry.kind) {
    case 'claim.made': {
      const { action, target, planHash, deadline } = entry.data
      claim.made = { action, target, planHash, deadline, atMs: entry.atMs }
      const gate = known.gates.get(attemptId(entry.incident ?? '', step, attempt))
      if (gate !== undefined) gate.consumedMs = entry.atMs
      break
    }
    case 'claim.abandoned':
      claim.outcome = 'abandoned'
      claim.settledMs = entry.atMs
      break
    case 'effect.ended':
      claim.outcome = entry.data.outcome
      claim.settledMs = entry.atMs
      claim.evidence = evidenceOfEnd(entry.data)
      break
    case 'effect.probed':
      // Only an unknown outcome is settled by asking the target.
      if (claim.outcome !== 'unknown' || entry.data.answer === 'cannot-tell') break
      claim.outcome = entry.data.answer === 'done' ? 'succeeded' : 'failed'
      claim.settledMs = entry.atMs
      claim.evidence = { ...claim.evidence, ...entry.data.evidence }
      break
    default:
      entry satisfies never
  }
  known.claims.set(key, claim)
}

/** A worker keeps all it says of the end; of a lost one there is only how far it was when it was last heard of. */
function evidenceOfEnd(ended: EntryOf<'effect.ended'>['data']): Record<string, unknown> {
  const { touched, unit, evidence } = ended
  if (evidence !== undefined) return ended
  return { ...(touched === undefined ? {} : { touched }), ...(unit === undefined ? {} : { unit }) }
}

function learnPage(known: Known, entry: EntryOf<'page.sent' | 'page.failed' | 'page.suppressed'>): void {
  const { pageId, level } = entry.data
  if (entry.kind === 'page.suppressed') {
    const before = known.pages.get(pageId)
    known.pages.set(pageId, {
      level,
      to: [],
      dueAt: null,
      latenessMs: null,
      ...before,
      state: 'suppressed',
      because: entry.data.because,
      atMs: entry.atMs,
    })
    return
  }
  const { to, dueAt, sentAt, latenessMs } = entry.data
  const state = entry.kind === 'page.sent' ? 'sent' : 'failed'
  known.pages.set(pageId, {
    level,
    to,
    dueAt,
    latenessMs,
    state,
    because: null,
    atMs: entry.atMs,
    ...(sentAt === undefined ? {} : { sentAt }),
  })
}

/** Entries written before they had the notices, or the key of the message, say nothing of rows. */
function learnNotices(
  known: Known,
  key: string | undefined,
  { kind, data, seq }: EntryOf<'page.sent' | 'page.failed' | 'page.suppressed' | 'news.told' | 'news.failed'>,
): void {
  if (key === undefined) return
  known.newest.set(`notice ${key}`, seq)
  if ('notices' in data && data.notices !== undefined)
    known.notices.set(key, { isFinal: kind !== 'page.failed', tried: data.notices })
  else known.notices.delete(key)
}
