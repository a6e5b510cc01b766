/** The second place, beside worker/, that composes a worker: the real workflow, harness, relay and store around scripted targets. */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { fileURLToPath } from 'node:url'
import { createActivities, createSiteActivities } from '../activities/activities.ts'
import { createWorkflowClock } from '../activities/workflow-clock.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { logChannel } from '../contracts/directory.ts'
import type { Notifier } from '../contracts/notice.ts'
import type { Page } from '../contracts/page.ts'
import { createRelay } from '../intake/relay.ts'
import { createChannelGate } from '../reach/channel-gate.ts'
import type { Pool } from '../store/database.ts'
import { createSiteWorkers, createWorkers } from '../worker/create-workers.ts'
import { createHistories } from '../worker/histories.ts'
import { createIncidentWorkflows } from '../worker/incident-workflows.ts'
import { bundleWorkflows } from '../worker/workflow-bundle.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { createScriptActivities, type ScriptedAct, type ScriptedTime } from './script-activities.ts'
import { createScriptedTargets, type Receipt, type ScriptedTarget } from './scripted-targets.ts'
import { skipTime } from './time-skipping.ts'

export interface SentPage {
  page: Page
  /** The workflow's time. */
  atMs: number
}

export interface RehearsalOptions {
  pool: Pool
  temporalAddress: string
  namespace: string
  /** Looked up at each use, so that scenes can be added. */
  configuration: Configuration
  runbooks: LoadedRunbook[]
  target(name: string): ScriptedTarget
  /** Those that have a worker. */
  sites?: readonly string[]
  /** Who acts when; without it the workflows are bundled exactly as production bundles them. */
  script?(labels: Record<string, string>, during: ScriptedTime): readonly ScriptedAct[]
  /** Default: hours pass in moments. */
  skipsTime?: boolean
  maxCachedWorkflows?: number
}

export interface Rehearsal {
  client: Client
  pages: SentPage[]
  receipts: Receipt[]
  relayAll(withinMs: number): Promise<void>
  stop(): Promise<void>
}

export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { pool, configuration, namespace, temporalAddress } = options
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') })
  const connection = await Connection.connect({ address: temporalAddress })
  if (options.skipsTime !== false) skipTime(connection)
  const client = new Client({ connection, namespace })
  const workflows = createIncidentWorkflows(client)
  const log = { error: (fields: object, message: string) => console.error(message, fields) }
  const relay = createRelay(
    pool,
    { runbooks: async () => options.runbooks, targets: configuration.targets, log },
    workflows,
  )
  const relayAll = async (withinMs: number): Promise<void> => {
    const until = Date.now() + withinMs
    while (await isWaiting(pool)) {
      if (Date.now() > until) throw new Error(`the relay did not deliver everything within ${withinMs} ms`)
      await relay.pass(Date.now())
    }
  }

  const pages: SentPage[] = []
  const notifier: Notifier = {
    name: logChannel,
    kind: 'log',
    async send(notice) {
      if (notice.kind === 'page') pages.push({ page: notice.page, atMs: createWorkflowClock()() })
      return {}
    },
  }
  const { checks, actions, receipts } = createScriptedTargets(options.target)
  const touchingTargets = { pool, configuration, checks, actions, worker: `rehearsal/${process.pid}` }
  const activities = createActivities({
    ...touchingTargets,
    gate: createChannelGate(pool, [notifier], log),
    histories: createHistories(client),
  })
  const { script } = options
  const scripted = script === undefined ? {} : createScriptActivities({ pool, scriptFor: script, relayAll })
  const interceptors =
    script === undefined ? [] : [fileURLToPath(new URL('./scripted-people.ts', import.meta.url))]
  const native = await NativeConnection.connect({ address: temporalAddress })
  const workers = await createWorkers({
    connection: native,
    namespace,
    bundle: await bundleWorkflows({ interceptorModules: interceptors }),
    activities: { ...activities, main: { ...activities.main, ...scripted } },
    ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
  })
  for (const site of options.sites ?? []) {
    const worker = { ...touchingTargets, worker: `rehearsal at ${site}` }
    const place = { connection: native, namespace, site, activities: createSiteActivities(worker) }
    workers.push(...(await createSiteWorkers(place)))
  }
  const stopping = new AbortController()
  const running = Promise.all([relay.run(stopping.signal), ...workers.map(worker => worker.run())])

  async function stop(): Promise<void> {
    stopping.abort()
    for (const worker of workers) worker.shutdown()
    await running
    await native.close()
    await connection.close()
  }
  return { client, pages, receipts, relayAll, stop }
}

/** Does a stored alert or message still wait? A pause keeps a held lock from being asked in a tight loop. */
async function isWaiting(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ waiting: boolean }>(
    `select exists (select from message where delivered_at is null) or exists (select from alert_event where outcome is null) as waiting`,
  )
  if (rows[0]!.waiting) await delay(10)
  return rows[0]!.waiting
}
