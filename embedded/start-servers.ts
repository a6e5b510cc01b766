import type { DataFolder } from './data-folder.ts'
import { keepRunning, type Running } from './keep-running.ts'
import type { PortName, Ports } from './ports.ts'
import { ensureDatabase, startPostgresServer, type PostgresServer } from './postgres-server.ts'
import type { ProcessRegistry } from './processes.ts'
import { startProgress } from './progress.mjs'
import { startRedisServer } from './redis-server.ts'
import { SetupError } from './setup-error.ts'
import type { StopList, StopStage } from './stop-list.ts'
import { registerNamespace } from './temporal-namespace.ts'
import { findTemporalProgram, type TemporalProgram } from './temporal-program.ts'
import { startTemporalServer } from './temporal-server.ts'

/** The database and the Temporal namespace of a Paramedic that was given none. */
const OWN_NAME = 'paramedic'

export type Servers = {
  databaseUrl: string
  temporalAddress: string
  temporalNamespace: string
  /** No Temporal server is to be had on this machine. */
  isTemporalMissing: boolean
  /** The embedded PostgreSQL; undefined when everything uses an outside one. */
  postgres: PostgresServer | undefined
  redisUrl: string | undefined
}

type Temporal = { address: string; isMissing: boolean }

type Options = {
  folder: DataFolder
  processes: ProcessRegistry
  stopList: StopList
  env: NodeJS.ProcessEnv
  needsSandbox: boolean
  ports: Ports
  say(line: string): void
}

/** PostgreSQL, Temporal and Redis, side by side; what the environment names is used as it is and not started. */
export async function startServers(options: Options): Promise<Servers> {
  const [postgres, temporal, redisUrl] = await Promise.all([
    startPostgres(options),
    startTemporal(options),
    options.needsSandbox ? startRedis(options) : undefined,
  ])
  const { env } = options
  const databaseUrl = env['PARAMEDIC_DATABASE_URL'] || postgres?.url(OWN_NAME)
  if (databaseUrl === undefined) throw new Error('no PostgreSQL was started and none was named')
  return {
    databaseUrl,
    temporalAddress: temporal.address,
    temporalNamespace: env['PARAMEDIC_TEMPORAL_NAMESPACE'] || OWN_NAME,
    isTemporalMissing: temporal.isMissing,
    postgres,
    redisUrl,
  }
}

async function startPostgres(options: Options): Promise<PostgresServer | undefined> {
  const { env, folder, needsSandbox, ports, processes, say } = options
  const outside = env['PARAMEDIC_DATABASE_URL'] || undefined
  if (outside !== undefined) say('PostgreSQL: using PARAMEDIC_DATABASE_URL')
  // The patient's databases are never made in a server that belongs to somebody else.
  if (outside !== undefined && !needsSandbox) return undefined
  const logFile = folder.logOf('postgres')
  const launch = () =>
    startPostgresServer({ dataDir: folder.postgres, port: ports.postgres, logFile, processes })
  const server = await keepServer(options, 'postgres', 'database', logFile, launch)
  if (outside === undefined) await ensureDatabase(server, OWN_NAME)
  return server
}

async function startTemporal(options: Options): Promise<Temporal> {
  const { env, folder, ports, processes, say } = options
  const outside = env['PARAMEDIC_TEMPORAL_ADDRESS'] || undefined
  if (outside !== undefined) {
    say(`Temporal: using ${outside} (PARAMEDIC_TEMPORAL_ADDRESS)`)
    return { address: outside, isMissing: false }
  }
  const program = await temporalProgram(say)
  // Nothing listens there: alerts are kept until somebody does.
  if (program === undefined) return { address: `127.0.0.1:${ports.temporal}`, isMissing: true }
  const logFile = folder.logOf('temporal')
  const launch = () =>
    startTemporalServer({ dataDir: folder.temporal, port: ports.temporal, logFile, processes, program })
  const { address } = await keepServer(options, 'temporal', 'engine', logFile, launch)
  await registerNamespace(address, env['PARAMEDIC_TEMPORAL_NAMESPACE'] || OWN_NAME)
  return { address, isMissing: false }
}

async function temporalProgram(say: Options['say']): Promise<TemporalProgram | undefined> {
  try {
    return await findTemporalProgram({ say })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(
      describeMissing(
        error,
        'Without it alerts are taken and become incidents, and nothing is measured, paged or mended.',
      ),
    )
    return undefined
  }
}

async function startRedis(options: Options): Promise<string | undefined> {
  const { folder, ports, processes, say } = options
  const logFile = folder.logOf('redis')
  const launch = () => startRedisServer({ dataDir: folder.redis, port: ports.redis, logFile, processes })
  try {
    return (await keepServer(options, 'redis', 'engine', logFile, launch)).url
  } catch (error) {
    if (!(error instanceof SetupError && error.code === 'redis_missing')) throw error
    // Only the sandbox's cache needs it.
    say(describeMissing(error, 'The sandbox runs without a cache.'))
    return undefined
  }
}

async function keepServer<Server extends Running>(
  options: Options,
  name: PortName,
  stage: StopStage,
  logFile: string,
  launch: () => Promise<Server>,
): Promise<Server> {
  const startedAt = Date.now()
  const progress = startProgress(`starting ${name}`, 'the api and the worker')
  const kept = await keepRunning({ name, logFile, launch, say: options.say }).finally(progress.end)
  options.stopList.add(stage, name, kept.stop)
  options.say(
    `${name} ready on 127.0.0.1:${options.ports[name]} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  )
  return kept.first
}

/** A part that is left out: what is missing, what that means, one install line a platform. */
function describeMissing({ message, hint, code }: SetupError, consequence: string): string {
  return `${message}\n  ${consequence} To have it:\n${hint.replaceAll(/^/gm, '    ')}\n  code: ${code}`
}
