import { readFile } from 'node:fs/promises'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import packageJson from '../package.json' with { type: 'json' }

/** Figures mean nothing without it. */
export interface Machine {
  model: string
  cores: number
  memoryGiB: number
  system: string
  node: string
  versions: Record<string, string>
  /** Of the last 1, 5 and 15 minutes, when the run began: above the number of cores, everything below waited. */
  loadAverage: number[]
}

export async function describeMachine(servers: Record<string, string>): Promise<Machine> {
  const processors = cpus()
  return {
    model: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}${await containerNote()}`,
    node: process.versions.node,
    versions: {
      paramedic: packageJson.version,
      fastify: packageJson.dependencies.fastify,
      pg: packageJson.dependencies.pg,
      temporalSdk: packageJson.dependencies['@temporalio/worker'],
      ...servers,
    },
    loadAverage: loadavg().map(load => Math.round(load * 100) / 100),
  }
}

/** A container may be given less processor time than it sees cores (cgroup v2, cpu.max). */
async function containerNote(): Promise<string> {
  const quota = await readFile('/sys/fs/cgroup/cpu.max', 'utf8').catch(() => 'max')
  return quota.startsWith('max') ? '' : `, cpu.max ${quota.trim()}`
}
