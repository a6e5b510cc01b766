/** Servers of one test's own, to be killed and started again; gone when the test is. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { removePostgresData } from '../../embedded/postgres-binaries.ts'
import { type PostgresServer, startPostgresServer } from '../../embedded/postgres-server.ts'
import { openProcessRegistry, type ProcessRegistry } from '../../embedded/processes.ts'
import { type TemporalServer, startTemporalServer } from '../../embedded/temporal-server.ts'
import type { DynamicConfig } from '../../embedded/temporal-config.ts'
import { eventually } from './incident-harness.ts'

export interface OwnTemporal {
  address: string
  kill(): Promise<void>
  /** Starts it again on the same data and port. */
  restart(): Promise<void>
}

export async function startOwnTemporal(dynamicConfig: DynamicConfig = {}): Promise<OwnTemporal> {
  const { folder, processes } = await ownFolder('temporal')
  const options = { dataDir: folder, isDurable: false, dynamicConfig, processes }
  let server: TemporalServer = await startTemporalServer(options)
  const port = Number(server.address.split(':')[1])
  return {
    address: server.address,
    kill: () => server.kill(),
    async restart() {
      server = await startTemporalServer({ ...options, port })
    },
  }
}

export async function startOwnPostgres(): Promise<PostgresServer> {
  const { folder, processes } = await ownFolder('postgres')
  return startPostgresServer({ dataDir: folder, isDurable: false, processes })
}

async function ownFolder(name: string): Promise<{ folder: string; processes: ProcessRegistry }> {
  const folder = await mkdtemp(path.join(tmpdir(), `paramedic-own-${name}-`))
  const registry = path.join(folder, 'processes.json')
  const processes = openProcessRegistry(registry)
  onTestFinished(async () => {
    processes.killAll()
    // The registry forgets a process when its end has been heard of.
    await eventually(async () => !existsSync(registry) || readFileSync(registry, 'utf8') === '[]\n')
    await removePostgresData(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  return { folder, processes }
}
