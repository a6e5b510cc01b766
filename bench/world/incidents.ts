/** Fires alerts and follows their incidents by the entries of the audit log, as people who watch live do. */
import { request } from 'undici'
import { limits } from '../../contracts/limits.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { entriesChannel, readEntries } from '../../store/audit-log.ts'
import { openDatabase } from '../../store/database.ts'
import { createDoorbell } from '../../store/doorbell.ts'
import { alertmanagerBody } from './alert.ts'
import type { Paramedic } from './paramedic.ts'

export interface Incidents {
  /** Resolves with the time of the 202. */
  fire(group: string, alertname: string): Promise<number>
  /** The entry of that kind of the group's incident; rejects after `withinMs`. */
  entry(group: string, kind: TimelineEntry['kind'], withinMs: number): Promise<TimelineEntry>
  /** A standard incident from its alert to its end: its alert resolves while the recovery is held. */
  standard(group: string, withinMs: number): Promise<{ number: string; acceptedAtMs: number }>
  stop(): Promise<void>
}

const entriesAtOnce = 500

export function followIncidents(paramedic: Paramedic): Incidents {
  const pool = openDatabase(paramedic.databaseUrl, { name: 'bench', maxConnections: 2 })
  const seen = new Map<string, TimelineEntry>()
  const awaited = new Map<string, (entry: TimelineEntry) => void>()
  const groups = new Map<string, string>()
  const stopping = new AbortController()
  const following = follow()

  async function follow(): Promise<void> {
    const bell = createDoorbell(pool, entriesChannel, 'bench bell')
    let afterSeq = 0
    while (!stopping.signal.aborted) {
      await bell.listen()
      const rung = bell.nextRing(limits.livePollMs, stopping.signal)
      const entries = await readEntries(pool, afterSeq, entriesAtOnce)
      for (const entry of entries) take(entry)
      afterSeq = entries.at(-1)?.seq ?? afterSeq
      if (entries.length < entriesAtOnce) await rung
    }
    await bell.close()
  }

  function take(entry: TimelineEntry): void {
    if (entry.kind === 'incident.opened' && entry.incident !== undefined)
      groups.set(entry.incident, entry.data.title)
    const group = groups.get(entry.incident ?? '')
    if (group === undefined) return
    const key = `${group} ${entry.kind}`
    // The first of its kind is the one that is measured.
    if (seen.has(key)) return
    seen.set(key, entry)
    awaited.get(key)?.(entry)
    awaited.delete(key)
  }

  async function post(body: string): Promise<number> {
    const { origin, path, headers } = paramedic.webhook
    const answer = await request(`${origin}${path}`, { method: 'POST', headers, body })
    await answer.body.dump()
    if (answer.statusCode !== 202) throw new Error(`An alert of the bench was answered ${answer.statusCode}.`)
    return Date.now()
  }

  const incidents: Incidents = {
    fire: (group, alertname) => post(alertmanagerBody(group, alertname)),
    async entry(group, kind, withinMs) {
      const key = `${group} ${kind}`
      const found = seen.get(key)
      if (found !== undefined) return found
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${group} has no entry ${kind} after ${withinMs / 1_000} s.`)),
          withinMs,
        )
        awaited.set(key, entry => {
          clearTimeout(timer)
          resolve(entry)
        })
      })
    },
    async standard(group, withinMs) {
      const acceptedAtMs = await incidents.fire(group, 'BenchStandard')
      await incidents.entry(group, 'recovery.held', withinMs)
      await post(alertmanagerBody(group, 'BenchStandard', 'resolved'))
      const closed = await incidents.entry(group, 'incident.closed', withinMs)
      return { number: closed.incident!, acceptedAtMs }
    },
    async stop() {
      stopping.abort()
      await following
      await pool.end()
    },
  }
  return incidents
}
