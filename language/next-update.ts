/** The next regular update, calculated from the runbook the incident runs by the same rules as workflows/inform.ts. */
import type { Communication } from '../contracts/communication.ts'
import { isOpen } from '../contracts/incident.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { NextUpdateView } from '../contracts/views.ts'
import { evaluateCondition, incidentScope } from './conditions.ts'
import { type Circumstances, isEnding } from './next-page.ts'

/**
 * Who is told next how it stands when nothing changes; null when nobody is, or the incident is over. Conditions are asked as it is now.
 * That a very long incident has updates at most once an hour is known to its workflow alone.
 */
export function nextUpdate(
  incident: Circumstances,
  { communication = [] }: Pick<Runbook, 'communication'>,
  nowMs: number,
): NextUpdateView | null {
  if (!isOpen(incident.phase) || isEnding(incident)) return null
  const openedMs = Date.parse(incident.openedAt)
  const coming = communication.flatMap(rule => {
    const { everyMs, tell } = rule
    if (everyMs === undefined || !isTold(rule, incident)) return []
    return [{ tell, dueAtMs: openedMs + (Math.floor((nowMs - openedMs) / everyMs) + 1) * everyMs }]
  })
  const dueAtMs = Math.min(...coming.map(one => one.dueAtMs))
  const told = coming.filter(one => one.dueAtMs === dueAtMs).flatMap(({ tell }) => tell)
  return told.length === 0 ? null : { dueAt: new Date(dueAtMs).toISOString(), tell: [...new Set(told)] }
}

function isTold({ until, when }: Communication, incident: Circumstances): boolean {
  if (until === 'mitigated' && incident.recoveredAt !== null) return false
  if (when === undefined) return true
  const evaluated = evaluateCondition(when, incidentScope(incident))
  // Without data they are told.
  return !('value' in evaluated) || evaluated.value
}
