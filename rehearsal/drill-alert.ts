import type { Drill } from '../contracts/drill.ts'
import type { Place } from '../contracts/schedule.ts'
import type { Pool } from '../store/database.ts'
import { acceptDelivery } from '../store/deliveries.ts'

/** The sender of a drill's alerts: all of them belong to one group, and so to one incident. */
export interface DrillAlert {
  report(
    pool: Pool,
    does: 'fires' | 'resolves' | 'repeats',
    labels: Record<string, string>,
    atMs: number,
  ): Promise<void>
}

const group = 'drill'

/** Where it says that it comes from, or would. */
export function placeOfAlert({ given }: Drill): Place {
  const { system = 'drill', environment = 'production' } = given.alert.labels
  return { system, environment }
}

export function createDrillAlert(drill: Drill): DrillAlert {
  const { given, runbook } = drill
  const { labels: own, annotations } = given.alert
  /** A repetition tells the same beginning, a return another one. */
  const startedAtMs = new Map<string, number>()
  return {
    async report(pool, does, more, atMs) {
      const labels = { alertname: runbook, ...placeOfAlert(drill), ...own, ...more }
      const alertKey = `${group}/${JSON.stringify(more)}`
      const startsAtMs = does === 'fires' ? atMs : (startedAtMs.get(alertKey) ?? atMs)
      startedAtMs.set(alertKey, startsAtMs)
      await acceptDelivery(pool, {
        source: 'drill',
        sourceKind: 'alertmanager',
        body: Buffer.from('{}'),
        truncatedAlerts: 0,
        atMs,
        alerts: [
          {
            dedupKey: group,
            alertKey,
            status: does === 'resolves' ? 'resolved' : 'firing',
            name: labels.alertname,
            labels,
            annotations,
            startsAtMs,
            ...(does === 'resolves' ? { endsAtMs: atMs } : {}),
          },
        ],
      })
    },
  }
}
