/** Holds the decisions of a history against the audit entries: each decision has its entry, and each entry its decision. */
import { canonicalJson } from '../contracts/canonical-json.ts'
import { postmortemDeadlineOf } from '../contracts/postmortem.ts'
import type { TimelineEntry, TimelineKind } from '../contracts/timeline.ts'
import { actOfEntry } from './acts.ts'
import type { Decision } from './decisions.ts'
import { inShort } from './in-short.ts'

export interface Disagreement {
  /** `different`: both sides speak of the same thing, and not in the same words. */
  side: 'history' | 'log' | 'different'
  eventId: number | null
  seq: number | null
  kind: TimelineKind
  says: string
}

export interface Compared {
  /** Decisions that have their entry. */
  agreed: number
  disagreements: Disagreement[]
  /** What is on one side only, and may be: told, and no fault. */
  remarks: string[]
}

/**
 * Whose decision an entry is. `workflow` and `heard` (people and sources, whose acts the workflow reads) are in the history;
 * `outside` is what nobody tells the workflow.
 */
const decidedBy: Record<TimelineKind, 'workflow' | 'heard' | 'outside'> = {
  'alert.firing': 'heard',
  'alert.resolved': 'heard',
  'incident.opened': 'workflow',
  'runbook.rebased': 'heard',
  'rebase.taken': 'workflow',
  'levels.covered': 'workflow',
  'phase.changed': 'workflow',
  'check.measured': 'workflow',
  'triage.assessed': 'workflow',
  // A person's are heard, the workflow's own are recorded by it; either way they are in the history.
  'severity.changed': 'workflow',
  'impact.changed': 'workflow',
  'recheck.failed': 'workflow',
  'step.planned': 'workflow',
  'step.waits': 'workflow',
  'undo.registered': 'workflow',
  'undo.ended': 'workflow',
  'step.ended': 'workflow',
  'gate.opened': 'workflow',
  // A vote that decides comes with its decision; the others concern nobody but the gate.
  'gate.voted': 'outside',
  'gate.decided': 'heard',
  'gate.expired': 'workflow',
  'gate.withdrawn': 'workflow',
  'claim.made': 'workflow',
  'claim.abandoned': 'workflow',
  'effect.ended': 'workflow',
  'effect.probed': 'workflow',
  'verification.ended': 'workflow',
  'ladder.exhausted': 'workflow',
  'page.sent': 'workflow',
  'page.suppressed': 'workflow',
  // Each try that reached nobody leaves one, and the workflow hears of the last try only.
  'page.failed': 'outside',
  // Told beside the workflow, which knows nothing of it.
  'news.told': 'outside',
  'news.failed': 'outside',
  'runbook.tested': 'outside',
  'contact.test': 'outside',
  'contact.tested': 'outside',
  acknowledged: 'heard',
  note: 'outside',
  'resolve.requested': 'heard',
  'cancel.requested': 'heard',
  'recovery.held': 'workflow',
  'recovery.lost': 'workflow',
  'incident.closed': 'workflow',
  'freeze.on': 'outside',
  'freeze.off': 'outside',
  'freeze.met': 'workflow',
  'history.archived': 'outside',
  // The post-mortem has a workflow of its own, and people.
  'postmortem.drafted': 'outside',
  'postmortem.edited': 'outside',
  'postmortem.reviewed': 'outside',
  'postmortem.published': 'outside',
  'postmortem.reopened': 'outside',
  'action-item.done': 'outside',
  'runbook.in-force': 'outside',
  'runbook.withdrawn': 'outside',
  'runbook.held-back': 'outside',
  'runbook.mended': 'outside',
  'supervision.found': 'outside',
  'supervision.paged': 'outside',
  'supervision.ended': 'outside',
  'message.unknown': 'workflow',
  'routine.needs-people': 'workflow',
  'routine.stopped': 'workflow',
  // No incident is there that could know of it.
  'routine.missed': 'outside',
}

export function compareDecisions(
  decisions: readonly Decision[],
  entries: readonly TimelineEntry[],
): Compared {
  const open = new Set(entries)
  const compared: Compared = { agreed: 0, disagreements: [], remarks: [] }
  const unmet: Decision[] = []
  let lastHeard = 0
  // Certain ones first, so that a try that may have written something does not take another's entry.
  for (const decision of decisions.toSorted((a, b) => Number(b.must) - Number(a.must))) {
    const entry = [...open].find(candidate => fits(decision, candidate))
    if (entry === undefined) {
      if (decision.must) unmet.push(decision)
      continue
    }
    open.delete(entry)
    compared.agreed += 1
    if ('act' in decision.says && entry.incident !== undefined) lastHeard = Math.max(lastHeard, entry.seq)
  }
  dropRepeats(decisions, open, compared)
  for (const decision of unmet) compared.disagreements.push(tellUnmet(decision, open))
  for (const entry of open) tellUnsaid(entry, lastHeard, compared)
  compared.disagreements.sort((a, b) => (a.eventId ?? Infinity) - (b.eventId ?? Infinity))
  return compared
}

function fits(decision: Decision, entry: TimelineEntry): boolean {
  return entry.kind === decision.kind && differingFields(decision, entry).length === 0
}

function differingFields({ says }: Decision, entry: TimelineEntry): string[] {
  const data = new Map(Object.entries(entry.data))
  const known = (name: string): unknown => {
    if (name === 'act') return actOfEntry(entry)
    if (name === 'atMs') return entry.atMs
    return name === 'actor' ? entry.actor : data.get(name)
  }
  return Object.entries(says)
    .filter(([name, value]) => canonicalJson(value ?? null) !== canonicalJson(known(name) ?? null))
    .map(([name, value]) => `${name}: history ${short(value)}, log ${short(known(name))}`)
}

/** An activity whose answer was lost ran again and wrote again: those entries are told, and are no fault. */
function dropRepeats(decisions: readonly Decision[], open: Set<TimelineEntry>, compared: Compared): void {
  for (const decision of decisions) {
    for (let left = decision.repeats; left > 0; left -= 1) {
      const again = [...open].find(entry => entry.kind === decision.kind && isSameThing(decision, entry))
      if (again === undefined) break
      open.delete(again)
      compared.remarks.push(
        `entry ${again.seq} (${again.kind}) is from a try whose answer was lost; event ${decision.eventId} ran again`,
      )
    }
  }
}

/** Names of the fields that say what an entry is about. */
const names = ['gateId', 'pageId', 'step', 'attempt', 'of', 'check', 'alertKey'] as const

function isSameThing({ says }: Decision, entry: TimelineEntry): boolean {
  const data = new Map(Object.entries(entry.data))
  const told = names.filter(name => says[name] !== undefined)
  return told.length > 0 && told.every(name => says[name] === data.get(name))
}

function tellUnmet(decision: Decision, open: Set<TimelineEntry>): Disagreement {
  const { eventId, kind } = decision
  const ofKind = [...open].filter(entry => entry.kind === kind)
  const like =
    ofKind.find(entry => isSameThing(decision, entry)) ?? (ofKind.length === 1 ? ofKind[0] : undefined)
  if (like === undefined) return { side: 'history', eventId, seq: null, kind, says: short(decision.says) }
  open.delete(like)
  return { side: 'different', eventId, seq: like.seq, kind, says: differingFields(decision, like).join('; ') }
}

/** Pages for a post-mortem are the decisions of its own workflow. */
function isOfPostmortem({ data }: TimelineEntry): boolean {
  return 'pageId' in data && postmortemDeadlineOf(data.pageId) !== undefined
}

function tellUnsaid(entry: TimelineEntry, lastHeard: number, compared: Compared): void {
  const { seq, kind } = entry
  const whose = decidedBy[kind] as (typeof decidedBy)[TimelineKind] | undefined
  if (whose === 'outside' || isOfPostmortem(entry)) return
  if (whose === undefined) {
    compared.remarks.push(`entry ${seq} (${kind}) is of a kind this paramedic does not know`)
    return
  }
  const isAct = actOfEntry(entry) !== undefined
  if (isAct && seq > lastHeard) {
    compared.remarks.push(`entry ${seq} (${kind}) came after the workflow had listened for the last time`)
    return
  }
  compared.disagreements.push({ side: 'log', eventId: null, seq, kind, says: short(entry.data) })
}

function short(value: unknown): string {
  return inShort(value, 200)
}
