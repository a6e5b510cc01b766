/** How somebody did in a drill: how long they took, beside what the runbook gave them. Times are milliseconds of the incident's clock. */
import type { GateKind, GateState, IncidentOutcome } from '../contracts/incident.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import type { GateView, IncidentDetail } from '../contracts/views.ts'
import { nextPage } from '../language/next-page.ts'

export interface PlayScore {
  /** The first page; null when nobody was called. */
  paged: { atMs: number; to: string[] } | null
  acknowledged: {
    atMs: number
    by: string
    /** Since the first page; missing when nobody had been called. */
    afterPageMs?: number
    /** The level that would have been paged next, had nobody acknowledged; null when none waits for it. */
    spared: { atMs: number; to: string[] } | null
  } | null
  /** In the order in which they opened. */
  gates: GateScore[]
  /** Pages after the first. */
  escalated: { atMs: number; level: number; to: string[] }[]
  outcome: IncidentOutcome | 'open'
  /** Since the opening; null when it was left open. */
  closedMs: number | null
}

export interface GateScore {
  step: string
  attempt: number
  kind: GateKind
  openedMs: number
  state: GateState
  /** Done or not, of what was asked. */
  answer: GateView['answer']
  /** Who decided, or voted. */
  by: string[]
  /** From its opening to its end; null while it is open. */
  tookMs: number | null
  /** Until it would have expired; null when it would not. */
  givenMs: number | null
}

/** Moments are since the opening. */
export function scoreOf(incident: IncidentDetail, runbook: Runbook): PlayScore {
  const openedAtMs = Date.parse(incident.openedAt)
  const since = (written: string | number): number =>
    (typeof written === 'number' ? written : Date.parse(written)) - openedAtMs
  const pages = incident.timeline.flatMap(entry =>
    entry.kind === 'page.sent' && entry.incident === incident.number
      ? [{ atMs: since(entry.atMs), level: entry.data.level, to: entry.data.to }]
      : [],
  )
  const [first, ...escalated] = pages
  return {
    paged: first === undefined ? null : { atMs: first.atMs, to: first.to },
    acknowledged: acknowledgement(incident, runbook, first?.atMs),
    gates: incident.gates
      .toSorted((one, other) => Date.parse(one.openedAt) - Date.parse(other.openedAt))
      .map(gate => ({
        step: gate.step,
        attempt: gate.attempt,
        kind: gate.kind,
        openedMs: since(gate.openedAt),
        state: gate.state,
        answer: gate.answer,
        by: deciders(gate),
        tookMs: gate.decidedAt === null ? null : since(gate.decidedAt) - since(gate.openedAt),
        givenMs: gate.expiresAt === null ? null : since(gate.expiresAt) - since(gate.openedAt),
      })),
    escalated,
    outcome: incident.outcome ?? 'open',
    closedMs: incident.closedAt === null ? null : since(incident.closedAt),
  }
}

function deciders({ votes, decidedBy }: GateView): string[] {
  return [
    ...new Set([...votes.map(({ principal }) => principal), ...(decidedBy === null ? [] : [decidedBy])]),
  ]
}

/** The first one: a later one is of alerts that came back. */
function acknowledgement(
  incident: IncidentDetail,
  runbook: Runbook,
  pagedMs: number | undefined,
): PlayScore['acknowledged'] {
  const openedAtMs = Date.parse(incident.openedAt)
  const at = incident.timeline.findIndex(({ kind }) => kind === 'acknowledged')
  const entry = incident.timeline[at]
  if (entry === undefined) return null
  const atMs = entry.atMs - openedAtMs
  const spared = nextPage(asBefore(incident, incident.timeline.slice(0, at)), runbook)
  return {
    atMs,
    by: entry.actor.slice(entry.actor.indexOf(':') + 1),
    ...(pagedMs === undefined ? {} : { afterPageMs: Math.max(0, atMs - pagedMs) }),
    spared:
      spared?.unless === 'acknowledged'
        ? { atMs: Date.parse(spared.dueAt) - openedAtMs, to: spared.functions }
        : null,
  }
}

/** What decided about its pages when only these entries were there. */
function asBefore(incident: IncidentDetail, timeline: TimelineEntry[]): Parameters<typeof nextPage>[0] {
  const pages = timeline.flatMap(entry =>
    entry.kind === 'page.sent' || entry.kind === 'page.failed' || entry.kind === 'page.suppressed'
      ? [{ id: entry.data.pageId }]
      : [],
  )
  return { ...incident, phase: 'mitigation', acknowledgedAt: null, recoveredAt: null, timeline, pages }
}
