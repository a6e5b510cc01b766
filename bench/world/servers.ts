/** The servers of one run: real, durable, on free ports, gone at the end. */
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { Redis } from 'ioredis'
import { startTimeOf } from '../../activities/targets/service/process-identity.mjs'
import { removePostgresData } from '../../embedded/postgres-binaries.ts'
import { type PostgresServer, startPostgresServer } from '../../embedded/postgres-server.ts'
import { openProcessRegistry, type ProcessRegistry } from '../../embedded/processes.ts'
import { startRedisServer } from '../../embedded/redis-server.ts'
import { startTemporalServer } from '../../embedded/temporal-server.ts'
import { openDatabase } from '../../store/database.ts'

export interface Servers {
  folder: string
  processes: ProcessRegistry
  postgres: PostgresServer
  temporalAddress: string
  redis: BenchRedis
}

export interface BenchRedis {
  url: string
  /** Adds so many keys under the prefix, for the steps to delete. */
  fill(prefix: string, keys: number): Promise<void>
}

const runFolder = /^bench-(\d+)$/

/** The folder of this run and who ends its processes; `remove` takes both away. */
export async function openRun(projectDir: string) {
  const parent = join(projectDir, '.paramedic')
  await mkdir(parent, { recursive: true })
  await removeKilledRuns(parent)
  const folder = join(parent, `bench-${process.pid}`)
  const processes = openProcessRegistry(join(folder, 'processes.json'))
  process.once('exit', processes.killAll)
  return {
    folder,
    processes,
    async remove(): Promise<void> {
      processes.killAll()
      await removeRun(folder)
    },
  }
}

/** Durable, as in production: a figure without the disk would be another system's. Throws when one cannot be started. */
export async function startServers(folder: string, processes: ProcessRegistry): Promise<Servers> {
  const [postgres, temporal, redis] = await Promise.all([
    startPostgresServer({ dataDir: join(folder, 'postgres'), maxConnections: 300, processes }),
    startTemporalServer({ dataDir: join(folder, 'temporal'), processes }),
    startRedisServer({ dataDir: join(folder, 'redis'), processes }),
  ])
  return { folder, processes, postgres, temporalAddress: temporal.address, redis: { url: redis.url, fill } }

  async function fill(prefix: string, keys: number): Promise<void> {
    const client = new Redis(redis.url)
    const run = randomUUID()
    const pairs = Array.from({ length: keys }, (_, nth) => [`${prefix}${run}:${nth}`, 'x']).flat()
    await client.mset(...pairs)
    await client.quit()
  }
}

/** What runs here, for the description of the machine. */
export async function versionsOf(servers: Servers): Promise<Record<string, string>> {
  const pool = openDatabase(servers.postgres.url('postgres'), { name: 'bench' })
  const connection = await Connection.connect({ address: servers.temporalAddress })
  try {
    const { rows } = await pool.query<{ version: string }>('select current_setting($1) as version', [
      'server_version',
    ])
    const { serverVersion } = await connection.workflowService.getSystemInfo({})
    return { postgres: rows[0]?.version ?? 'unknown', temporal: serverVersion ?? 'unknown' }
  } finally {
    await connection.close()
    await pool.end()
  }
}

async function removeKilledRuns(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    const pid = runFolder.exec(name)?.[1]
    if (pid === undefined || startTimeOf(Number(pid)) !== undefined) continue
    await openProcessRegistry(join(parent, name, 'processes.json')).endLeftovers()
    await removeRun(join(parent, name))
  }
}

async function removeRun(folder: string): Promise<void> {
  await removePostgresData(join(folder, 'postgres'))
  // A server that was just killed may still write its last.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
