import { readdirSync } from 'node:fs'
import { mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { removePostgresData } from '../../embedded/postgres-binaries.ts'
import { startPostgresServer } from '../../embedded/postgres-server.ts'
import { openProcessRegistry } from '../../embedded/processes.ts'
import { startTimeOf } from '../../activities/targets/service/process-identity.mjs'
import { startRedisServer } from '../../embedded/redis-server.ts'
import { SetupError } from '../../embedded/setup-error.ts'
import { TIME_SKIPPING_CONFIG } from '../../embedded/temporal-config.ts'
import { startTemporalServer } from '../../embedded/temporal-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** host:port; time skipping is on for workflows that ask for it. */
    temporalAddress: string
    /** The superuser's connection to the database `postgres`; a test creates databases of its own. */
    postgresUrl: string
    /** Undefined where no redis-server is installed. */
    redisUrl: string | undefined
    /** How many workflows a worker keeps in memory; see vitest.config.ts. */
    maxCachedWorkflows: number
  }
}

const PARAMEDIC_DIR = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.paramedic')
const EXIT_WITHIN_MS = 20_000
const RUN_FOLDER = /^test-(\d+)$/

/** Starts one Temporal, one PostgreSQL and one Redis for the whole run and stops them however it ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeKilledRuns()
  const folder = join(PARAMEDIC_DIR, `test-${process.pid}`, project.name)
  await mkdir(folder, { recursive: true })
  const processes = openProcessRegistry(join(folder, 'processes.json'))
  // vitest leaves without teardown on a second Ctrl-C and when a setup fails; the next run removes the folder.
  process.once('exit', processes.killAll)

  const [temporal, postgres, redis] = await Promise.all([
    process.env['TESTS_WITHOUT_TEMPORAL'] === '1'
      ? undefined
      : startTemporalServer({
          dataDir: join(folder, 'temporal'),
          dynamicConfig: TIME_SKIPPING_CONFIG,
          isDurable: false,
          processes,
        }),
    startPostgresServer({
      dataDir: join(folder, 'postgres'),
      isDurable: false,
      maxConnections: 400,
      processes,
    }),
    startRedisServer({ dataDir: join(folder, 'redis'), processes }).catch(withoutRedis),
  ])
  // Without one, vitest.config.ts leaves out every test that asks for it.
  project.provide('temporalAddress', temporal?.address ?? 'no Temporal here')
  project.provide('postgresUrl', postgres.url('postgres'))
  project.provide('redisUrl', redis?.url)

  return async () => {
    process.removeListener('exit', processes.killAll)
    // Nobody reads this data again, so nobody waits for an orderly end.
    await Promise.all([temporal?.kill(), postgres.kill(), redis?.kill()])
    await removePostgresData(join(folder, 'postgres'))
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    // The other project of the same run may still use its half.
    await rmdir(dirname(folder)).catch(() => undefined)
    // A process that a failed test has left holds the worker's pipes, and vitest would wait for it for ever.
    setTimeout(() => process.exit(), EXIT_WITHIN_MS).unref()
  }
}

function withoutRedis(error: unknown): undefined {
  if (!(error instanceof SetupError && error.code === 'redis_missing')) throw error
  process.stderr.write(`paramedic: tests that need Redis are skipped. ${error.message}\n${error.hint}\n`)
}

async function removeKilledRuns() {
  await mkdir(PARAMEDIC_DIR, { recursive: true })
  for (const name of readdirSync(PARAMEDIC_DIR)) {
    const pid = RUN_FOLDER.exec(name)?.[1]
    if (pid === undefined || startTimeOf(Number(pid)) !== undefined) continue
    const run = join(PARAMEDIC_DIR, name)
    for (const project of readdirSync(run)) {
      await openProcessRegistry(join(run, project, 'processes.json')).endLeftovers()
      await removePostgresData(join(run, project, 'postgres'))
    }
    await rm(run, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
