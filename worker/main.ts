/** The worker process: relay, workflows, activities. Puts everything together and keeps it running. */
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { pino } from 'pino'
import { createActivities } from '../activities/activities.ts'
import { actions, checks } from '../activities/targets/implementations.ts'
import { loadConfiguration, readEnvironment } from '../configuration.ts'
import { createLogNotifier } from '../integrations/log-notifier.ts'
import { createWebhookNotifier } from '../integrations/webhook-notifier.ts'
import { createRelay } from '../intake/relay.ts'
import { openDatabase } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { bundleWorkflows, createWorkers, runWorkers } from './create-workers.ts'
import { createHistories } from './histories.ts'
import { createIncidentWorkflows } from './incident-workflows.ts'
import { keepVersions, readRunbooks } from './load-runbooks.ts'

/** Between two tries to reach what is not up yet. */
const retryMs = 1_000

const environment = readEnvironment()
const log = pino({ level: environment.logLevel })
const configuration = loadConfiguration(environment.configPath)
const runbooks = await readRunbooks(environment.runbooksDir)

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())

Runtime.install({
  // Signals are ours: the relay and the pools stop with the workers, in order.
  shutdownSignals: [],
  logger: new DefaultLogger('WARN', entry => log.warn({ ...entry.meta, level: undefined }, entry.message)),
})

const pool = openDatabase(environment.databaseUrl.reveal(), { name: 'paramedic worker', maxConnections: 20 })
await untilDone('PostgreSQL', async () => {
  await migrate(pool)
  await keepVersions(pool, runbooks)
})

const client = new Client({
  connection: Connection.lazy({ address: environment.temporalAddress }),
  namespace: environment.temporalNamespace,
})
const relay = createRelay(pool, { runbooks, targets: configuration.targets, log }, createIncidentWorkflows(client))
// Alerts become incidents while Temporal is still away; their workflows start when it is back.
const relaying = relay.run(stopping.signal)

const webhook = configuration.pages.webhook
const activities = createActivities({
  pool,
  configuration,
  checks,
  actions,
  notifiers: [createLogNotifier(log), ...(webhook === undefined ? [] : [createWebhookNotifier(webhook)])],
  histories: createHistories(client),
  worker: `${hostname()}/${process.pid}`,
})
const bundle = await bundleWorkflows()
const connection = await untilDone('Temporal', () => NativeConnection.connect({ address: environment.temporalAddress }))
if (connection !== undefined) {
  const workers = await createWorkers({ connection, namespace: environment.temporalNamespace, bundle, activities })
  process.stdout.write('worker ready\n')
  await runWorkers(workers, stopping.signal)
  await connection.close()
}
await relaying
await client.connection.close()
await pool.end()

/** Tries until it works or the process is told to stop; says what it waits for. */
async function untilDone<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  while (!stopping.signal.aborted) {
    try {
      return await work()
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, `waiting for ${what}`)
      await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  return undefined
}
