/** The next escalation, calculated from the runbook the incident runs by the same rules as workflows/escalate.ts. */
import { isOpen, pageId } from '../contracts/incident.ts'
import { type EscalationLevel, inItsHours, type Runbook } from '../contracts/runbook.ts'
import { moveOf, slotOf } from '../contracts/level-slots.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import type { IncidentDetail, NextPageView } from '../contracts/views.ts'
import { evaluateCondition, incidentScope } from './conditions.ts'

/** What decides which level is next. */
export type Circumstances = Pick<
  IncidentDetail,
  'number' | 'phase' | 'severity' | 'impact' | 'openedAt' | 'acknowledgedAt' | 'recoveredAt' | 'timeline'
> & { pages: readonly { id: string }[] }

/** The earliest level still to come; null when none is, or the incident has recovered or is over. */
export function nextPage(
  incident: Circumstances,
  runbook: Pick<Runbook, 'escalate' | 'officeHours' | 'schedule'>,
): NextPageView | null {
  // While its recovery is held, nobody is called.
  if (!isOpen(incident.phase) || incident.recoveredAt !== null || isEnding(incident)) return null
  const openedMs = countsFromMs(incident, runbook)
  if (openedMs === undefined) return null
  const restart = acknowledgementLost(incident, openedMs)
  const begun = new Set([...incident.pages.map(page => page.id), ...coveredIn(incident)])
  const moves = movesIn(incident)
  const slots = moves.at(-1)?.data.levelSlots
  const candidates = runbook.escalate.flatMap((level, index) => {
    const { epoch, fromMs } = level.unless === 'acknowledged' ? restart : { epoch: 0, fromMs: openedMs }
    const slot = slotOf({ slots }, index)
    if (begun.has(pageId(incident.number, epoch, slot)) || isHeldBack(incident, level)) return []
    const cameMs = moves[moveOf(slot) - 1]?.atMs ?? openedMs
    const readyMs = Math.max(
      fromMs + level.afterMs,
      cameMs,
      recoveryLostMs(incident),
      heldFromMs(incident, level, cameMs),
    )
    const dueAtMs = inItsHours(runbook, index, readyMs)
    if (dueAtMs === Infinity) return []
    return [{ dueAtMs, level: index, functions: level.page, unless: level.unless ?? null }]
  })
  const first = candidates.toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.level - b.level)[0]
  if (first === undefined) return null
  const { dueAtMs, ...page } = first
  return { ...page, dueAt: new Date(dueAtMs).toISOString() }
}

/** A person has ended it; until what was temporary is taken back it stays open, and no level pages any more. */
export function isEnding({ timeline }: Circumstances): boolean {
  return timeline.some(({ kind }) => kind === 'resolve.requested' || kind === 'cancel.requested')
}

/** Of an incident to other versions of its runbook, the oldest first. */
function movesIn({ timeline }: Circumstances): Extract<TimelineEntry, { kind: 'runbook.rebased' }>[] {
  return timeline.filter(entry => entry.kind === 'runbook.rebased')
}

function coveredIn({ timeline }: Circumstances): string[] {
  return timeline.flatMap(entry => (entry.kind === 'levels.covered' ? entry.data.pageIds : []))
}

function isHeldBack(incident: Circumstances, level: EscalationLevel): boolean {
  if (level.unless === 'acknowledged' && incident.acknowledgedAt !== null) return true
  return !doesHold(level, incident)
}

type Situation = Pick<Circumstances, 'severity' | 'impact' | 'phase'>

function doesHold({ when }: EscalationLevel, situation: Situation): boolean {
  if (when === undefined) return true
  const evaluated = evaluateCondition(when, incidentScope(situation))
  // Without data a level pages.
  return !('value' in evaluated) || evaluated.value
}

/**
 * From when on the level's condition lets it page: since it has held on end, by what the timeline says of severity, impact and
 * phase, and as long after it as the level asks for. Of a level that came with another version its time begins there.
 */
function heldFromMs(incident: Circumstances, level: EscalationLevel, cameMs: number): number {
  if (level.when === undefined) return 0
  const first = incident.timeline.find(({ kind }) => kind === 'triage.assessed')
  // What it was before anything was measured: the workflow begins with the runbook's last rule, which no entry names.
  const severity = first?.kind === 'triage.assessed' ? first.data.severity : incident.severity
  let situation: Situation = { severity, impact: 'unknown', phase: 'detection' }
  let sinceMs = doesHold(level, situation) ? cameMs : undefined
  for (const entry of incident.timeline) {
    const changed = changedBy(entry, situation)
    if (changed === undefined) continue
    situation = changed
    if (!doesHold(level, situation)) sinceMs = undefined
    else sinceMs ??= entry.atMs
  }
  // Of a routine it is asked from when on people are needed.
  return sinceMs === undefined ? 0 : Math.max(sinceMs, cameMs) + (level.forMs ?? 0)
}

/** A person's severity and impact stand until something worse is measured; the entries say what became of it. */
function changedBy(entry: TimelineEntry, situation: Situation): Situation | undefined {
  switch (entry.kind) {
    case 'triage.assessed':
      return { ...situation, severity: entry.data.severity, impact: entry.data.impact }
    case 'severity.changed':
      return { ...situation, severity: entry.data.to }
    case 'impact.changed':
      return { ...situation, impact: entry.data.to }
    case 'phase.changed':
      return { ...situation, phase: entry.data.to }
    default:
      return undefined
  }
}

/** A routine calls nobody before it needs people. */
function countsFromMs(
  { timeline, openedAt }: Circumstances,
  { schedule }: Pick<Runbook, 'schedule'>,
): number | undefined {
  if (schedule === undefined) return Date.parse(openedAt)
  return timeline.find(entry => entry.kind === 'routine.needs-people')?.atMs
}

/** A new alert after an acknowledgement restarts the levels that wait for one, from that alert's time (promise 7). */
function acknowledgementLost(
  { timeline, acknowledgedAt }: Circumstances,
  openedMs: number,
): { epoch: number; fromMs: number } {
  const index = timeline.findLastIndex(entry => entry.kind === 'acknowledged')
  const last = timeline[index]
  if (last?.kind !== 'acknowledged' || acknowledgedAt !== null) return { epoch: 0, fromMs: openedMs }
  const keyOf = (entry: (typeof timeline)[number]): string | undefined =>
    entry.kind === 'alert.firing' ? entry.data.alertKey : undefined
  const known = new Set(timeline.slice(0, index).map(keyOf))
  const newer = timeline
    .slice(index)
    .find(entry => entry.kind === 'alert.firing' && !known.has(entry.data.alertKey))
  return { epoch: last.data.epoch + 1, fromMs: newer?.atMs ?? last.atMs }
}

function recoveryLostMs({ timeline }: Circumstances): number {
  return timeline.findLast(entry => entry.kind === 'recovery.lost')?.atMs ?? 0
}
