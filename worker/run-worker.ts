/** The composition root: relay, rules, workflows, activities, on real targets. */
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createActivities } from '../activities/activities.ts'
import { actions, checks } from '../activities/targets/implementations.ts'
import { createMetricReader } from '../activities/targets/metric-reader.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { connectionOptions, type TemporalEndpoint } from '../contracts/temporal-endpoint.ts'
import { notifiersOf } from '../integrations/notifiers.ts'
import { createRelay } from '../intake/relay.ts'
import { createChannelGate } from '../reach/channel-gate.ts'
import { createNewsDispatcher } from '../reach/news-dispatcher.ts'
import { editionOf } from '../rules/edition.ts'
import { createRuleEngine } from '../rules/engine.ts'
import type { Pool } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { createWorkers, runWorkers } from './create-workers.ts'
import { createHistories } from './histories.ts'
import { createIncidentWorkflows } from './incident-workflows.ts'
import { keepVersions, type RunbookFile } from './load-runbooks.ts'
import { bundleWorkflows } from './workflow-bundle.ts'

export interface WorkerOptions {
  pool: Pool
  temporal: TemporalEndpoint
  configuration: Configuration
  runbooks: RunbookFile[]
  log: Logger
  /** Ends the worker in order: relay, workers, connections. */
  stopping: AbortSignal
  /** Called once, when it polls. */
  onReady(): void
}

/** Between two tries to reach what is not up yet. */
const retryMs = 1_000

/** grpc-js waits up to two minutes before it connects again; workflows are to start within seconds of Temporal's return. */
const reconnectSoon = { 'grpc.initial_reconnect_backoff_ms': 250, 'grpc.max_reconnect_backoff_ms': 1_000 }

/** Runs until told to stop. Alerts become incidents while Temporal is still away; their workflows start when it is back. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { pool, log, stopping, configuration, runbooks } = options
  const { namespace } = options.temporal
  const reach = connectionOptions(options.temporal)
  Runtime.install({
    // Signals are the process's: the relay and the pools stop with the workers, in order.
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', entry => {
      // Two of our three workers serve activities only, on purpose.
      if (!entry.message.startsWith('No workflows registered')) log.warn({ ...entry.meta }, entry.message)
    }),
  })
  await untilDone(options, 'PostgreSQL', async () => {
    await migrate(pool)
    await keepVersions(pool, runbooks)
  })
  const client = new Client({
    connection: Connection.lazy({ ...reach, channelArgs: reconnectSoon }),
    namespace,
  })
  const relaying = createRelay(
    pool,
    { runbooks, targets: configuration.targets, log },
    createIncidentWorkflows(client),
  ).run(stopping)
  const rulesAtWork = createRuleEngine(
    pool,
    editionOf(configuration),
    createMetricReader(configuration.targets),
    log,
  ).run(stopping)
  const gate = createChannelGate(pool, notifiersOf(configuration, log), log)
  const telling = createNewsDispatcher(pool, gate, configuration, log).run(stopping)
  const activities = createActivities({
    pool,
    configuration,
    checks,
    actions,
    gate,
    histories: createHistories(client),
    worker: `${hostname()}/${process.pid}`,
  })
  const bundle = await bundleWorkflows()
  const connection = await untilDone(options, 'Temporal', () => NativeConnection.connect(reach))
  if (connection !== undefined) {
    const workers = await createWorkers({ connection, namespace, bundle, activities })
    options.onReady()
    await runWorkers(workers, stopping)
    await connection.close()
  }
  await Promise.all([relaying, rulesAtWork, telling])
  await client.connection.close()
}

/** Tries until it works or the worker is told to stop; says what it waits for. */
async function untilDone<T>(
  { log, stopping }: WorkerOptions,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  while (!stopping.aborted) {
    try {
      return await work()
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, `waiting for ${what}`)
      await delay(retryMs, undefined, { signal: stopping }).catch(() => {})
    }
  }
  return undefined
}
