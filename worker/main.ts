/** The worker process: environment and signals; everything else is in run-worker.ts. */
import { pino } from 'pino'
import { loadConfiguration, readEnvironment } from '../configuration.ts'
import { isCodedError } from '../contracts/coded-error.ts'
import { openDatabase } from '../store/database.ts'
import { readRunbookFolder } from './load-runbooks.ts'
import { runWorker } from './run-worker.ts'

const environment = readEnvironment()
const { site } = environment
// What a worker of a site does comes with its tasks, and none of them is a workflow's.
const runbooks = site === undefined ? await readRunbookFolder(environment.runbooksDir) : undefined
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())

const pool = openDatabase(environment.databaseUrl.reveal(), { name: 'paramedic worker', maxConnections: 20 })
await runWorker({
  pool,
  temporal: environment.temporal,
  configuration: loadConfiguration(environment.configPath, { site }),
  runbooks,
  site,
  log: pino({ level: environment.logLevel }),
  stopping: stopping.signal,
  onReady: () => process.stdout.write('worker ready\n'),
}).catch((error: unknown) => {
  if (!isCodedError(error)) throw error
  // For people: the sentence and what to do, not a stack.
  process.stderr.write(`paramedic worker: ${error.message}\n${error.hint}\n`)
  process.exit(1)
})
await pool.end()
