/** The next escalation, calculated from the runbook the incident runs by the same rules as workflows/escalate.ts. */
import { isOpen, pageId } from '../contracts/incident.ts'
import { type EscalationLevel, inItsHours, type Runbook } from '../contracts/runbook.ts'
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
  runbook: Pick<Runbook, 'escalate' | 'officeHours'>,
): NextPageView | null {
  // While its recovery is held, nobody is called.
  if (!isOpen(incident.phase) || incident.recoveredAt !== null || isEnding(incident)) return null
  const restart = acknowledgementLost(incident)
  const openedMs = Date.parse(incident.openedAt)
  const begun = new Set(incident.pages.map(page => page.id))
  const candidates = runbook.escalate.flatMap((level, index) => {
    const { epoch, fromMs } = level.unless === 'acknowledged' ? restart : { epoch: 0, fromMs: openedMs }
    if (begun.has(pageId(incident.number, epoch, index)) || isHeldBack(incident, level)) return []
    const dueAtMs = inItsHours(runbook, index, Math.max(fromMs + level.afterMs, recoveryLostMs(incident)))
    if (dueAtMs === Infinity) return []
    return [{ dueAtMs, level: index, functions: level.page, unless: level.unless ?? null }]
  })
  const first = candidates.toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.level - b.level)[0]
  if (first === undefined) return null
  const { dueAtMs, ...page } = first
  return { ...page, dueAt: new Date(dueAtMs).toISOString() }
}

/** A person has ended it; until what was temporary is taken back it stays open, and no level pages any more. */
function isEnding({ timeline }: Circumstances): boolean {
  return timeline.some(({ kind }) => kind === 'resolve.requested' || kind === 'cancel.requested')
}

function isHeldBack(incident: Circumstances, { unless, when }: EscalationLevel): boolean {
  if (unless === 'acknowledged' && incident.acknowledgedAt !== null) return true
  if (when === undefined) return false
  const evaluated = evaluateCondition(when, incidentScope(incident))
  // Without data a level pages.
  return 'value' in evaluated && !evaluated.value
}

/** A new alert after an acknowledgement restarts the levels that wait for one, from that alert's time (promise 7). */
function acknowledgementLost({ timeline, openedAt, acknowledgedAt }: Circumstances): {
  epoch: number
  fromMs: number
} {
  const index = timeline.findLastIndex(entry => entry.kind === 'acknowledged')
  const last = timeline[index]
  if (last?.kind !== 'acknowledged' || acknowledgedAt !== null)
    return { epoch: 0, fromMs: Date.parse(openedAt) }
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
