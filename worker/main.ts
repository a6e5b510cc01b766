/** The worker process: environment and signals; everything else is in run-worker.ts. */
import { pino } from 'pino'
import { loadConfiguration, readEnvironment } from '../configuration.ts'
import { openDatabase } from '../store/database.ts'
import { readRunbooks } from './load-runbooks.ts'
import { runWorker } from './run-worker.ts'

const environment = readEnvironment()
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())

const pool = openDatabase(environment.databaseUrl.reveal(), { name: 'paramedic worker', maxConnections: 20 })
await runWorker({
  pool,
  temporalAddress: environment.temporalAddress,
  temporalNamespace: environment.temporalNamespace,
  configuration: loadConfiguration(environment.configPath),
  runbooks: await readRunbooks(environment.runbooksDir),
  log: pino({ level: environment.logLevel }),
  stopping: stopping.signal,
  onReady: () => process.stdout.write('worker ready\n'),
})
await pool.end()
