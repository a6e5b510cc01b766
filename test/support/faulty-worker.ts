/**
 * A real worker that stops itself (SIGSTOP) at one statement, as a killed or frozen machine would: FAULTY_PAUSE is a piece
 * of the SQL, FAULTY_WHEN says before or after it. The test kills it there or lets it go on.
 */
import pg from 'pg'
import { pino } from 'pino'
import { loadConfiguration, readEnvironment } from '../../configuration.ts'
import { openDatabase } from '../../store/database.ts'
import { readRunbooks } from '../../worker/load-runbooks.ts'
import { runWorker } from '../../worker/run-worker.ts'

const pauseAt = process.env['FAULTY_PAUSE']
const pauseWhen = process.env['FAULTY_WHEN'] ?? 'before'
let hasPaused = false

/** The process stops in this very call; when it is continued, it goes on as if nothing had been. */
function pause(): void {
  hasPaused = true
  process.stdout.write('worker paused\n', () => process.kill(process.pid, 'SIGSTOP'))
}

if (pauseAt !== undefined) {
  // Only the promise form is intercepted: what the store uses inside transactions, and the pool's own calls pass through.
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
  async function queryWithPause(this: pg.Client, ...args: unknown[]): Promise<unknown> {
    const isHere = !hasPaused && typeof args[0] === 'string' && args[0].includes(pauseAt!)
    if (isHere && pauseWhen === 'before') await stopped()
    const result = await query.apply(this, args)
    if (isHere && pauseWhen === 'after') await stopped()
    return result
  }
  pg.Client.prototype.query = queryWithPause as typeof pg.Client.prototype.query
}

/** Resolves on the first turn of the event loop after the process was stopped and continued. */
async function stopped(): Promise<void> {
  const before = performance.now()
  pause()
  while (performance.now() - before < 200) await new Promise(resolve => setTimeout(resolve, 20))
}

const environment = readEnvironment()
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
const pool = openDatabase(environment.databaseUrl.reveal(), { maxConnections: 20 })
await runWorker({
  pool,
  temporalAddress: environment.temporalAddress,
  temporalNamespace: environment.temporalNamespace,
  configuration: loadConfiguration(environment.configPath),
  runbooks: await readRunbooks(environment.runbooksDir),
  log: pino({ level: 'error' }),
  stopping: stopping.signal,
  onReady: () => process.stdout.write('worker ready\n'),
})
await pool.end()
