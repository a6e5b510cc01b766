/** The composition root: relay, rules, workflows, activities, on real targets; of a site the part that touches its targets. */
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createActivities, createSiteActivities, type TargetDependencies } from '../activities/activities.ts'
import { actions, checks } from '../activities/targets/implementations.ts'
import { createMetricReader } from '../activities/targets/metric-reader.ts'
import type { OwnConfiguration } from '../contracts/configuration.ts'
import { isCodedError } from '../contracts/coded-error.ts'
import { connectionOptions, type TemporalEndpoint } from '../contracts/temporal-endpoint.ts'
import { notifiersOf } from '../integrations/notifiers.ts'
import { createRoutineStarter } from '../intake/begin-routines.ts'
import { createRelay } from '../intake/relay.ts'
import { createChannelGate } from '../reach/channel-gate.ts'
import { createNewsDispatcher } from '../reach/news-dispatcher.ts'
import { editionOf } from '../rules/edition.ts'
import { createRuleEngine } from '../rules/engine.ts'
import type { Pool } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { createInForceReader } from '../store/runbooks-in-force.ts'
import { createSiteWorkers, createWorkers, runWorkers } from './create-workers.ts'
import { createHistories } from './histories.ts'
import { createIncidentWorkflows } from './incident-workflows.ts'
import { putFolderInForce, type RunbookFolder } from './load-runbooks.ts'
import { bundleWorkflows } from './workflow-bundle.ts'

export interface WorkerOptions {
  pool: Pool
  temporal: TemporalEndpoint
  /** The part of it that belongs to the site. */
  configuration: OwnConfiguration
  /** Of a worker with a site there is none: what it does comes with its tasks. */
  runbooks: RunbookFolder | undefined
  site?: string | undefined
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

/**
 * Runs until told to stop. Without a site it is all of Paramedic but the api and the targets at sites: alerts become incidents
 * while Temporal is still away, and their workflows start when it is back. With one it measures and changes the targets there.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { pool, log, stopping, configuration, site } = options
  Runtime.install({
    // Signals are the process's: the relay and the pools stop with the workers, in order.
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', entry => {
      // Most of our workers serve activities only, on purpose.
      if (!entry.message.startsWith('No workflows registered')) log.warn({ ...entry.meta }, entry.message)
    }),
  })
  await untilDone(options, 'PostgreSQL', () => migrate(pool))
  const { runbooks } = options
  if (runbooks !== undefined)
    await untilDone(options, 'PostgreSQL', () => putFolderInForce(pool, runbooks, log))
  const rulesAtWork = createRuleEngine(
    pool,
    editionOf(configuration, site),
    createMetricReader(configuration.targets),
    log,
  ).run(stopping)
  await (site === undefined ? serveIncidents(options) : serveSite(options, site))
  await rulesAtWork
}

async function serveIncidents(options: WorkerOptions): Promise<void> {
  const { pool, log, stopping, configuration } = options
  const { namespace } = options.temporal
  const client = new Client({
    connection: Connection.lazy({ ...connectionOptions(options.temporal), channelArgs: reconnectSoon }),
    namespace,
  })
  const intake = { runbooks: createInForceReader(), targets: configuration.places, log }
  const relaying = createRelay(pool, intake, createIncidentWorkflows(client)).run(stopping)
  const beginning = createRoutineStarter(pool, intake).run(stopping)
  const gate = createChannelGate(pool, notifiersOf(configuration, log), log)
  const telling = createNewsDispatcher(pool, gate, configuration, log).run(stopping)
  const activities = createActivities({
    ...touchingTargets(options),
    gate,
    histories: createHistories(client),
  })
  const bundle = await bundleWorkflows()
  await poll(options, connection => createWorkers({ connection, namespace, bundle, activities }))
  await Promise.all([relaying, beginning, telling])
  await client.connection.close()
}

async function serveSite(options: WorkerOptions, site: string): Promise<void> {
  const { namespace } = options.temporal
  const activities = createSiteActivities(touchingTargets(options))
  await poll(options, connection => createSiteWorkers({ connection, namespace, site, activities }))
}

function touchingTargets({ pool, configuration }: WorkerOptions): TargetDependencies {
  return { pool, configuration, checks, actions, worker: `${hostname()}/${process.pid}` }
}

/** Polls Temporal, once it is there, until the worker is told to stop. */
async function poll(
  options: WorkerOptions,
  create: (connection: NativeConnection) => Promise<Worker[]>,
): Promise<void> {
  const reach = connectionOptions(options.temporal)
  const connection = await untilDone(options, 'Temporal', () => NativeConnection.connect(reach))
  if (connection === undefined) return
  const workers = await create(connection)
  options.onReady()
  await runWorkers(workers, options.stopping)
  await connection.close()
}

/** Tries until it works or the worker is told to stop; says what it waits for. What is refused no waiting mends, and is thrown. */
async function untilDone<T>(
  { log, stopping }: WorkerOptions,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  while (!stopping.aborted) {
    try {
      return await work()
    } catch (error) {
      if (isCodedError(error) && error.family === 'refused') throw error
      log.warn({ error: error instanceof Error ? error.message : String(error) }, `waiting for ${what}`)
      await delay(retryMs, undefined, { signal: stopping }).catch(() => {})
    }
  }
  return undefined
}
