/** Servers of one run, of tests or drills: nothing is kept of them, and what a killed run has left the next one removes. */
import { readdirSync } from 'node:fs'
import { mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTimeOf } from '../activities/targets/service/process-identity.mjs'
import { removePostgresData } from './postgres-binaries.ts'
import { startPostgresServer } from './postgres-server.ts'
import { openProcessRegistry } from './processes.ts'
import { startRedisServer } from './redis-server.ts'
import { SetupError } from './setup-error.ts'
import { TIME_SKIPPING_CONFIG } from './temporal-config.ts'
import { startTemporalServer } from './temporal-server.ts'

export interface ThrowawayServers {
  /** host:port; time skipping is on for workflows that ask for it. Undefined when none was wanted. */
  temporalAddress: string | undefined
  /** The superuser's connection to the database `postgres`. */
  postgresUrl: string
  /** Undefined when none was wanted, or no redis-server is installed: then `onMissing` was told. */
  redisUrl: string | undefined
  /** Another Temporal server like it, for whoever wants to kill one; `name` is unique. It ends with the others. */
  startTemporal(name: string): Promise<MortalTemporal>
  /** Ends them and removes what they wrote. */
  stop(): Promise<void>
}

export interface MortalTemporal {
  address: string
  /** Kills it, and brings it up again on what it wrote. */
  crash(): Promise<void>
  end(): Promise<void>
}

export interface ThrowawayOptions {
  /** What runs: part of the folder's name. */
  of: 'test' | 'drill'
  /** Of several that run in one process. */
  part: string
  needsTemporal: boolean
  needsRedis: boolean
  onMissing?(error: SetupError): void
}

const PARAMEDIC_DIR = join(dirname(dirname(fileURLToPath(import.meta.url))), '.paramedic')

/** Drills and tests run many databases side by side. */
const MAX_CONNECTIONS = 400

export async function startThrowawayServers(options: ThrowawayOptions): Promise<ThrowawayServers> {
  const { of, part, needsTemporal, needsRedis } = options
  await removeKilledRuns(of)
  const folder = join(PARAMEDIC_DIR, `${of}-${process.pid}`, part)
  await mkdir(folder, { recursive: true })
  const processes = openProcessRegistry(join(folder, 'processes.json'))
  // vitest leaves without teardown on a second Ctrl-C and when a setup fails; the next run removes the folder.
  process.once('exit', processes.killAll)

  const startTemporal = (name: string) =>
    startTemporalServer({
      dataDir: join(folder, name),
      dynamicConfig: TIME_SKIPPING_CONFIG,
      isDurable: false,
      processes,
    })
  const [temporal, postgres, redis] = await Promise.all([
    needsTemporal ? startTemporal('temporal') : undefined,
    startPostgresServer({
      dataDir: join(folder, 'postgres'),
      isDurable: false,
      maxConnections: MAX_CONNECTIONS,
      processes,
    }),
    needsRedis
      ? startRedisServer({ dataDir: join(folder, 'redis'), processes }).catch((error: unknown) => {
          if (!(error instanceof SetupError && error.code === 'redis_missing')) throw error
          options.onMissing?.(error)
          return undefined
        })
      : undefined,
  ])
  return {
    temporalAddress: temporal?.address,
    postgresUrl: postgres.url('postgres'),
    redisUrl: redis?.url,
    async startTemporal(name) {
      let server = await startTemporal(name)
      return {
        // Its ports are kept with its data.
        address: server.address,
        async crash() {
          await server.kill()
          server = await startTemporal(name)
        },
        end: () => server.kill(),
      }
    },
    async stop() {
      process.removeListener('exit', processes.killAll)
      // Nobody reads this data again, so nobody waits for an orderly end.
      await Promise.all([temporal?.kill(), postgres.kill(), redis?.kill()])
      await removePostgresData(join(folder, 'postgres'))
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      // Another part of the same run may still use its half.
      await rmdir(dirname(folder)).catch(() => undefined)
    },
  }
}

async function removeKilledRuns(of: ThrowawayOptions['of']): Promise<void> {
  await mkdir(PARAMEDIC_DIR, { recursive: true })
  const runFolder = new RegExp(`^${of}-(\\d+)$`)
  for (const name of readdirSync(PARAMEDIC_DIR)) {
    const pid = runFolder.exec(name)?.[1]
    if (pid === undefined || startTimeOf(Number(pid)) !== undefined) continue
    const run = join(PARAMEDIC_DIR, name)
    for (const part of readdirSync(run)) {
      await openProcessRegistry(join(run, part, 'processes.json')).endLeftovers()
      await removePostgresData(join(run, part, 'postgres'))
    }
    await rm(run, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
