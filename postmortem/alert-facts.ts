import { limits } from '../contracts/limits.ts'
import type { FactAlert, PostmortemFacts } from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/** Each alert once, in the order they began to fire; of a storm only the first ones by name. */
export function alertFacts(
  entries: readonly TimelineEntry[],
): Pick<PostmortemFacts, 'alerts' | 'moreAlerts'> {
  const alerts = new Map<string, FactAlert>()
  for (const entry of entries) {
    if (entry.kind === 'alert.firing') {
      const { alertKey, name, summary, startsAt } = entry.data
      const known = alerts.get(alertKey)
      if (known === undefined) {
        const startedAtMs = startsAt === undefined ? entry.atMs : Date.parse(startsAt)
        alerts.set(alertKey, { name, summary: summary ?? null, startedAtMs, endedAtMs: null, times: 1 })
      } else Object.assign(known, { endedAtMs: null, times: known.times + 1 })
    } else if (entry.kind === 'alert.resolved') {
      const known = alerts.get(entry.data.alertKey)
      const { endsAt } = entry.data
      if (known !== undefined) known.endedAtMs = endsAt === undefined ? entry.atMs : Date.parse(endsAt)
    }
  }
  const all = [...alerts.values()]
  return {
    alerts: all.slice(0, limits.postmortemAlerts),
    moreAlerts: Math.max(0, all.length - limits.postmortemAlerts),
  }
}
