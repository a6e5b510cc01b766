/** The api process: reads what it is told, brings the schema up to date, listens, and stops when asked to. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { pino, type Logger } from 'pino'
import { loadConfiguration, loadConfigured, readEnvironment, sitesOf } from '../configuration.ts'
import { isCodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { everyPageGoesTo, logChannel } from '../contracts/directory.ts'
import { limits } from '../contracts/limits.ts'
import { notifiersOf } from '../integrations/notifiers.ts'
import packageJson from '../package.json' with { type: 'json' }
import { openDatabase, type Pool } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { createFallback } from '../supervision/fallback-channels.ts'
import type { Fallback } from '../supervision/fallback.ts'
import { createSupervision } from '../supervision/supervise.ts'
import { createTemporalWatch } from '../supervision/temporal-watch.ts'
import { createApp } from './app.ts'
import { createForesights } from './foresights.ts'
import { createTemporalHealth } from './temporal-health.ts'

/** A database that starts beside us (compose, `npm start`) is there within this; after it, ending is the clearer sign. */
const databaseStartsWithinMs = 60_000
const retryMs = 500

await main().catch((error: unknown) => {
  // Before there is a log, and for people: the sentence and what to do, not a stack.
  process.stderr.write(
    isCodedError(error)
      ? `paramedic api: ${error.message}\n${error.hint}\n`
      : `paramedic api: ${String(error)}\n`,
  )
  process.exitCode = 1
})

async function main(): Promise<void> {
  const environment = readEnvironment()
  const configuration = loadConfiguration(environment.configPath)
  const log = createLog(environment.logLevel)
  const pool = openDatabase(environment.databaseUrl.reveal(), {
    name: 'paramedic api',
    statementTimeoutMs: limits.databaseWaitMs,
  })
  const temporal = createTemporalHealth(environment.temporal, sitesOf(configuration))
  const watch = createTemporalWatch(environment.temporal, sitesOf(configuration))
  const foresights = createForesights(environment.temporal)
  const stopping = new AbortController()
  let supervising: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopping.abort()
    await supervising
    await Promise.all([temporal.close(), watch.close(), foresights.close()])
    await pool.end()
  }
  try {
    await migrateWhenUp(pool, log)
    const app = createApp({
      pool,
      configuration,
      configured: loadConfigured(environment.configPath),
      temporal,
      places: configuration.places,
      foresights,
      clock: Date.now,
      log,
      version: packageJson.version,
    })
    onStopSignal(async signal => {
      log.info({ signal }, 'stopping')
      await app.close()
      await stop()
    })
    const address = await app.listen({
      host: environment.apiHost,
      port: environment.apiPort,
      listenTextResolver: at => `listening at ${at}`,
    })
    supervising = createSupervision({
      pool,
      temporal: watch,
      fallback: fallbackFor(configuration, log),
      holder: `${hostname()}/${process.pid}/${randomUUID()}`,
      log,
    }).run(stopping.signal)
    log.info({ address, version: packageJson.version }, 'api is up')
  } catch (error) {
    await stop()
    throw error
  }
}

/** What Paramedic says about itself goes to the fallback; without one, to where every page goes, and else to the log. */
function fallbackFor(configuration: Configuration, log: Logger): Fallback {
  const { fallback } = configuration
  const everywhere = everyPageGoesTo(configuration).flatMap(({ routes }) => routes)
  const routes = fallback?.reach ?? [...everywhere, { channel: logChannel }]
  return createFallback(routes, notifiersOf(configuration, log))
}

/** Never an Authorization header, whatever somebody hands to the log one day. */
function createLog(level: string): Logger {
  const secrets = [
    'authorization',
    'token',
    'password',
    'headers.authorization',
    'req.headers.authorization',
    '*.token',
    '*.password',
  ]
  return pino({
    name: 'paramedic-api',
    level,
    redact: { paths: secrets, censor: '[secret]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  })
}

async function migrateWhenUp(pool: Pool, log: Logger): Promise<void> {
  const deadline = Date.now() + databaseStartsWithinMs
  for (;;) {
    try {
      const applied = await migrate(pool)
      return log.info({ applied }, 'the database schema is up to date')
    } catch (error) {
      const isWorthWaiting =
        isCodedError(error) && error.code === 'database_unavailable' && Date.now() < deadline
      if (!isWorthWaiting) throw error
      log.warn('PostgreSQL does not answer yet; trying again')
      await delay(retryMs)
    }
  }
}

/** The first signal stops in order; a second one ends at once, as people expect of a second Ctrl-C. */
function onStopSignal(stop: (signal: string) => Promise<void>): void {
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1)
      isStopping = true
      stop(signal).then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}
