/** Holds the rows of an incident against what its audit entries say: what is different, and on which side it is missing. */
import { hashOf } from '../contracts/canonical-json.ts'
import type { ClaimRowView, GateRow, IncidentRows } from '../contracts/audit-views.ts'
import type { Known, KnownClaim, KnownGate } from './known.ts'
import { actFaults } from './act-faults.ts'
import type { ActKey } from './acts.ts'
import { differences, inBoth, time } from './differences.ts'
import { measurementFaults } from './measurement-faults.ts'
import { noticeFaults } from './notice-faults.ts'
import { postmortemFaults } from './postmortem-faults.ts'
import { openedRunFaults } from './routine-faults.ts'
import type { Found, RowFault } from './row-fault.ts'

/** `freezes` are the acts of the freeze entries, which belong to no incident. */
export function findRowFaults(known: Known, rows: IncidentRows, freezes: ReadonlySet<ActKey>): RowFault[] {
  const found = [
    ...incidentFaults(known, rows),
    ...alertFaults(known, rows),
    ...planFaults(known, rows),
    ...gateFaults(known, rows),
    ...claimFaults(known, rows),
    ...pageFaults(known, rows),
    ...historyFaults(known, rows),
    ...actFaults(known, rows, freezes),
    ...measurementFaults(known, rows),
    ...acknowledgedPageFaults(known, rows),
    ...noticeFaults(known, rows),
    ...postmortemFaults(known, rows),
    ...openedRunFaults(known, rows),
  ]
  return found.map(({ row, says }) => ({
    incident: rows.incident.number,
    row,
    seq: newestAbout(known, row),
    says,
  }))
}

/** The row's own newest entry, or that of what its name begins with. */
function newestAbout({ newest }: Known, row: string): number | null {
  const words = row.split(' ')
  for (let length = words.length; length > 0; length -= 1) {
    const seq = newest.get(words.slice(0, length).join(' '))
    if (seq !== undefined) return seq
  }
  return null
}

function incidentFaults(known: Known, { incident }: IncidentRows): Found[] {
  const row = `incident ${incident.number}`
  const { opened, acknowledged, endRequested, closed } = known
  if (opened === undefined) return [{ row, says: 'no entry says that it was opened' }]
  return differences(row, incident, {
    title: opened.title,
    dedupKey: opened.dedupKey,
    runbook: opened.runbook,
    runbookHash: opened.runbookHash,
    linkedTo: opened.linkedTo ?? null,
    openedAt: time(opened.atMs),
    phase: known.phase,
    ...(known.severity === undefined ? {} : { severity: known.severity }),
    severityLabel: known.severityLabel ?? null,
    severityBy: known.severityBy?.by ?? null,
    impact: known.impact,
    impactBy: known.impactBy?.by ?? null,
    acknowledgedAt: time(acknowledged?.atMs),
    acknowledgedBy: acknowledged?.by ?? null,
    firstAcknowledgedAt: time(known.firstAcknowledgedMs),
    ackEpoch: known.ackEpoch,
    recoveredAt: time(known.recoveredMs),
    closedAt: time(closed?.atMs),
    outcome: closed?.outcome ?? null,
    endRequested: endRequested?.end ?? null,
    endRequestedBy: endRequested?.by ?? null,
    endReason: endRequested?.reason ?? null,
    routineDueAt: opened.routine?.dueAt ?? null,
    routineClosesAt: opened.routine?.closesAt ?? null,
    needsPeopleAt: time(known.needsPeopleMs),
  })
}

function alertFaults(known: Known, { alerts }: IncidentRows): Found[] {
  return inBoth('alert', known.alerts, alerts, alert => alert.alertKey).flatMap(pair =>
    'says' in pair ? [pair] : differences(pair.row, pair.actual, expectedAlert(known, pair.expected)),
  )
}

/** When the incident has ended, its alerts may go on without entries in it. */
function expectedAlert({ closed }: Known, { name, status }: { name: string; status: string }): object {
  return closed === undefined ? { name, status } : { name }
}

/** A plan's hash is what people approve: it has to be the hash of the plan that is kept. */
function planFaults(known: Known, { plans }: IncidentRows): Found[] {
  return inBoth('plan', known.plans, plans, keyOfAttempt).flatMap(pair => {
    if ('says' in pair) return [pair]
    const { planHash, previewHash } = pair.expected
    const { plan, preview } = pair.actual
    const actual = {
      ...pair.actual,
      hashOfPlan: hashOf(plan ?? null),
      hashOfPreview: hashOf(preview ?? null),
    }
    return differences(pair.row, actual, {
      planHash,
      previewHash,
      hashOfPlan: planHash,
      hashOfPreview: previewHash,
    })
  })
}

function gateFaults(known: Known, { gates, votes }: IncidentRows): Found[] {
  return inBoth('gate', known.gates, gates, gate => gate.id).flatMap(pair => {
    if ('says' in pair) return [pair]
    const cast = votes
      .filter(vote => vote.gateId === pair.actual.id)
      .map(({ principal, verdict, reason, at }) => ({ by: principal, verdict, reason, at }))
    const actual = { ...pair.actual, votes: cast.toSorted(byPrincipal) }
    return differences(pair.row, actual, expectedGate(pair.expected))
  })
}

function expectedGate(gate: KnownGate): Partial<GateRow> & { votes: unknown } {
  const { step, planHash, question, approvers, quorum, state, answer } = gate
  const cast = gate.votes.map(({ by, verdict, reason, atMs }) => ({ by, verdict, reason, at: time(atMs) }))
  return {
    step,
    planHash,
    question,
    approvers,
    quorum,
    state,
    answer,
    kind: gate.gate,
    openedAt: new Date(gate.openedMs).toISOString(),
    expiresAt: gate.expiresAt,
    decidedAt: time(gate.decided?.atMs),
    decidedBy: gate.decided?.by ?? null,
    consumedAt: time(gate.consumedMs),
    votes: cast.toSorted(byPrincipal),
  }
}

function byPrincipal(a: { by: string }, b: { by: string }): number {
  return a.by < b.by ? -1 : 1
}

function claimFaults(known: Known, { claims }: IncidentRows): Found[] {
  return inBoth('claim', known.claims, claims, keyOfAttempt).flatMap(pair =>
    'says' in pair ? [pair] : differences(pair.row, pair.actual, expectedClaim(pair.expected)),
  )
}

function expectedClaim({ made, outcome, settledMs, evidence }: KnownClaim): Partial<ClaimRowView> {
  const end = { outcome, settledAt: time(settledMs), ...(outcome === 'abandoned' ? {} : { evidence }) }
  if (made === undefined) return end
  const { action, target, planHash, deadline, atMs } = made
  return { action, target, planHash, deadline, claimedAt: new Date(atMs).toISOString(), ...end }
}

/** A page that is being sent has no entry yet. */
function pageFaults(known: Known, rows: IncidentRows): Found[] {
  const pages = rows.pages.filter(page => page.state !== 'sending' || known.pages.has(page.id))
  return inBoth('page', known.pages, pages, page => page.id).flatMap(pair => {
    if ('says' in pair) return [pair]
    const { level, state, because, to, dueAt, latenessMs } = pair.expected
    const at = time(pair.expected.atMs)
    // Entries written before channels took their time have one time for both.
    const { sentAt = at } = pair.expected
    const sent = state === 'suppressed' ? {} : { functions: to, dueAt, latenessMs, sentAt }
    const delivered = state === 'sent' && pair.expected.sentAt !== undefined ? { deliveredAt: at } : {}
    return differences(pair.row, pair.actual, { level, state, because, ...sent, ...delivered })
  })
}

/** Entries written before they named the pages an acknowledgement answers say nothing of them. */
function acknowledgedPageFaults({ pageAnswers }: Known, { pages }: IncidentRows): Found[] {
  if (pageAnswers === 'unsaid') return []
  return pages.flatMap(page => {
    const answer = pageAnswers.get(page.id)
    return differences(`page ${page.id}`, page, {
      acknowledgedAt: time(answer?.atMs),
      acknowledgedBy: answer?.by ?? null,
    })
  })
}

function historyFaults(known: Known, { histories }: IncidentRows): Found[] {
  return inBoth('history', known.histories, histories, run => run.runId).flatMap(pair =>
    'says' in pair ? [pair] : differences(pair.row, pair.actual, { ...pair.expected }),
  )
}

function keyOfAttempt({ step, attempt }: { step: string; attempt: number }): string {
  return `${step}/${attempt}`
}
