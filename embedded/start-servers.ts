import type { DataFolder } from './data-folder.ts'
import { keepRunning, type Running } from './keep-running.ts'
import { claimPort, type PortName } from './ports.ts'
import { ensureDatabase, startPostgresServer, type PostgresServer } from './postgres-server.ts'
import type { ProcessRegistry } from './processes.ts'
import { startRedisServer } from './redis-server.ts'
import { SetupError } from './setup-error.ts'
import type { StopList, StopStage } from './stop-list.ts'
import { registerNamespace } from './temporal-namespace.ts'
import { startTemporalServer } from './temporal-server.ts'

/** The database and the Temporal namespace of a Paramedic that was given none. */
const OWN_NAME = 'paramedic'

export type Servers = {
  databaseUrl: string
  temporalAddress: string
  temporalNamespace: string
  /** The embedded PostgreSQL; undefined when everything uses an outside one. */
  postgres: PostgresServer | undefined
  redisUrl: string | undefined
}

type Options = {
  folder: DataFolder
  processes: ProcessRegistry
  stopList: StopList
  env: NodeJS.ProcessEnv
  needsSandbox: boolean
  say(line: string): void
}

/** PostgreSQL, Temporal and Redis, side by side; what the environment names is used as it is and not started. */
export async function startServers(options: Options): Promise<Servers> {
  const [postgres, temporalAddress, redisUrl] = await Promise.all([
    startPostgres(options),
    startTemporal(options),
    options.needsSandbox ? startRedis(options) : undefined,
  ])
  const { env } = options
  const databaseUrl = env['PARAMEDIC_DATABASE_URL'] || postgres?.url(OWN_NAME)
  if (databaseUrl === undefined) throw new Error('no PostgreSQL was started and none was named')
  return {
    databaseUrl,
    temporalAddress,
    temporalNamespace: env['PARAMEDIC_TEMPORAL_NAMESPACE'] || OWN_NAME,
    postgres,
    redisUrl,
  }
}

async function startPostgres(options: Options): Promise<PostgresServer | undefined> {
  const { env, folder, needsSandbox, processes, say } = options
  const outside = env['PARAMEDIC_DATABASE_URL'] || undefined
  if (outside !== undefined) say('PostgreSQL: using PARAMEDIC_DATABASE_URL')
  // The patient's databases are never made in a server that belongs to somebody else.
  if (outside !== undefined && !needsSandbox) return undefined
  const port = await claimPort('postgres', env)
  const logFile = folder.logOf('postgres')
  const launch = () => startPostgresServer({ dataDir: folder.postgres, port, logFile, processes })
  const server = await keepServer(options, 'postgres', 'database', port, logFile, launch)
  if (outside === undefined) await ensureDatabase(server, OWN_NAME)
  return server
}

async function startTemporal(options: Options): Promise<string> {
  const { env, folder, processes, say } = options
  const outside = env['PARAMEDIC_TEMPORAL_ADDRESS'] || undefined
  if (outside !== undefined) {
    say(`Temporal: using ${outside} (PARAMEDIC_TEMPORAL_ADDRESS)`)
    return outside
  }
  const port = await claimPort('temporal', env)
  const logFile = folder.logOf('temporal')
  const launch = () => startTemporalServer({ dataDir: folder.temporal, port, logFile, processes, say })
  const { address } = await keepServer(options, 'temporal', 'engine', port, logFile, launch)
  await registerNamespace(address, env['PARAMEDIC_TEMPORAL_NAMESPACE'] || OWN_NAME)
  return address
}

async function startRedis(options: Options): Promise<string | undefined> {
  const { env, folder, processes, say } = options
  const port = await claimPort('redis', env)
  const logFile = folder.logOf('redis')
  const launch = () => startRedisServer({ dataDir: folder.redis, port, logFile, processes })
  try {
    return (await keepServer(options, 'redis', 'engine', port, logFile, launch)).url
  } catch (error) {
    if (!(error instanceof SetupError && error.code === 'redis_missing')) throw error
    // Only the sandbox's cache needs it.
    say(`${error.message} The sandbox runs without a cache. To have one:\n${indented(error.hint)}`)
    return undefined
  }
}

async function keepServer<Server extends Running>(
  options: Options,
  name: PortName,
  stage: StopStage,
  port: number,
  logFile: string,
  launch: () => Promise<Server>,
): Promise<Server> {
  const startedAt = Date.now()
  const kept = await keepRunning({ name, logFile, launch, say: options.say })
  options.stopList.add(stage, name, kept.stop)
  options.say(`${name} ready on 127.0.0.1:${port} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  return kept.first
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
