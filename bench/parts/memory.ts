/** Resident memory of api and worker, at rest and with open incidents. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Figure } from '../figure.ts'
import { followIncidents } from '../world/incidents.ts'
import { startParamedic } from '../world/paramedic.ts'
import type { Part } from './part.ts'

const withinMs = 600_000
/** Alerts of other incidents that are on their way at the same time. */
const atOnce = 50

export const memory: Part = async ({ servers, patient, isQuick, profile }) => {
  const paramedic = await startParamedic(servers, patient, 'memory', { hasWorker: true, profile })
  const incidents = followIncidents(paramedic)
  const { api, worker } = paramedic
  const open = isQuick ? 20 : 1_000
  try {
    const [apiAtRest, workerAtRest] = [await residentMiB(api.pid), await residentMiB(worker!.pid)]
    for (let from = 0; from < open; from += atOnce) {
      const groups = Array.from({ length: Math.min(atOnce, open - from) }, (_, nth) => `memory ${from + nth}`)
      await Promise.all(groups.map(group => openOne(group)))
    }
    return [
      figure('memory.api', `api with ${open} open incidents`, await residentMiB(api.pid), apiAtRest),
      figure(
        'memory.worker',
        `worker with ${open} open incidents`,
        await residentMiB(worker!.pid),
        workerAtRest,
      ),
    ]
  } finally {
    await incidents.stop()
    await paramedic.stop()
  }

  async function openOne(group: string): Promise<void> {
    await incidents.fire(group, 'BenchOpen')
    await incidents.entry(group, 'ladder.exhausted', withinMs)
    await incidents.entry(group, 'page.sent', withinMs)
  }
}

function figure(id: string, what: string, now: number, atRest: number): Figure {
  const beside = [{ name: 'itself at rest', rounds: [atRest] }]
  return { id, what, unit: 'MiB', better: 'lower', rounds: [now], beside, aims: [] }
}

async function residentMiB(pid: number): Promise<number> {
  // KiB, on Linux as on macOS.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1_024
}
