/** The worker process: environment and signals; everything else is in run-worker.ts. */
import { pino } from 'pino'
import { loadConfiguration, readEnvironment } from '../configuration.ts'
import { CodedError } from '../contracts/coded-error.ts'
import { defaultRunbookName } from '../language/choose-runbook.ts'
import { openDatabase } from '../store/database.ts'
import { readRunbooks } from './load-runbooks.ts'
import { runWorker } from './run-worker.ts'

const environment = readEnvironment()
const { site } = environment
// What a worker of a site does comes with its tasks, and none of them is a workflow's.
const runbooks = site === undefined ? await readRunbooks(environment.runbooksDir) : []
if (site === undefined && !runbooks.some(({ runbook }) => runbook.name === defaultRunbookName)) {
  throw new CodedError(
    'invalid_runbook',
    `No runbook in ${environment.runbooksDir} is named ${defaultRunbookName}: alerts that no other one matches would wait for ever.`,
  )
}
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
})
await pool.end()
