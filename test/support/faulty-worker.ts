/** A real worker that stops itself at one statement; see pause-at-statement.ts. */
import './pause-at-statement.ts'
import { pino } from 'pino'
import { loadConfiguration, readEnvironment } from '../../configuration.ts'
import { openDatabase } from '../../store/database.ts'
import { readRunbookFolder } from '../../worker/load-runbooks.ts'
import { runWorker } from '../../worker/run-worker.ts'

const environment = readEnvironment()
const { site } = environment
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
const pool = openDatabase(environment.databaseUrl.reveal(), { maxConnections: 20 })
await runWorker({
  pool,
  temporal: environment.temporal,
  configuration: loadConfiguration(environment.configPath, { site }),
  runbooks: site === undefined ? await readRunbookFolder(environment.runbooksDir) : undefined,
  site,
  log: pino({ level: 'error' }),
  stopping: stopping.signal,
  onReady: () => process.stdout.write('worker ready\n'),
})
await pool.end()
