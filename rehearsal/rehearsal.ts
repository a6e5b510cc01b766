/** The second place, beside worker/, that composes a worker: the real workflow, harness, relay and store around scripted targets. */
import { fileURLToPath } from 'node:url'
import { activityInfo } from '@temporalio/activity'
import { Client, Connection } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  type Worker,
} from '@temporalio/worker'
import { incidentOfWorkflow } from '../contracts/incident.ts'
import { createSiteWorkers, createWorkers } from '../worker/create-workers.ts'
import { bundleWorkflows } from '../worker/workflow-bundle.ts'
import { type ActivityTable, createStage, type Stage, type StageOptions } from './stage.ts'
import { skipTime, type StartDelay } from './time-skipping.ts'

export interface RehearsalOptions {
  temporalAddress: string
  namespace: string
  /** Those that have a worker. */
  sites?: readonly string[]
  /** False: the workflows are bundled exactly as production bundles them, and nobody acts by a script. */
  isScripted?: boolean
  /** Default: hours pass in moments. */
  skipsTime?: boolean
  /** Time is skipped only while the stage's activity `letTimePass` is not at work; see time-that-passes.ts. */
  timePasses?: boolean
  /** How long after now an incident begins, by its number; hours before it are skipped as well. */
  startDelay?: StartDelay
  maxCachedWorkflows?: number
}

export interface Rehearsal {
  client: Client
  /** From now on the incidents that the stage owns play on it. */
  stage(options: StageOptions): Stage
  /** Whatever still comes of its incidents fails for good. */
  leave(stage: Stage): void
  stop(): Promise<void>
}

export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { namespace, temporalAddress } = options
  installRuntime()
  const connection = await Connection.connect({ address: temporalAddress })
  if (options.skipsTime !== false) skipTime(connection, options.startDelay)
  const client = new Client({ connection, namespace })
  const native = await NativeConnection.connect({ address: temporalAddress })

  const stages = new Set<Stage>()
  function onStage(find: (stage: Stage) => ActivityTable): ActivityTable {
    // The name of an activity that answers to every type.
    return { default: (...given: never[]) => workOf(stages, find)(...given) }
  }
  const place = { connection: native, namespace }
  const workers: Worker[] = await createWorkers({
    ...place,
    bundle: await bundleWorkflows({
      interceptorModules: [
        ...(options.isScripted === false ? [] : [scriptedPeople]),
        ...(options.timePasses === true ? [timeThatPasses] : []),
      ],
    }),
    activities: {
      main: onStage(({ activities }) => activities.main),
      actions: onStage(({ activities }) => activities.actions),
      pages: onStage(({ activities }) => activities.pages),
    },
    ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
  })
  for (const site of options.sites ?? []) {
    const activities = {
      main: onStage(stage => stage.atSite(site, 'main')),
      actions: onStage(stage => stage.atSite(site, 'actions')),
    }
    workers.push(...(await createSiteWorkers({ ...place, site, activities })))
  }
  const running = Promise.all(workers.map(worker => worker.run()))

  async function stop(): Promise<void> {
    for (const worker of workers) worker.shutdown()
    await running
    await native.close()
    await connection.close()
  }
  function stage(given: StageOptions): Stage {
    const made = createStage(client, given)
    stages.add(made)
    return made
  }
  return { client, stage, leave: made => void stages.delete(made), stop }
}

const scriptedPeople = fileURLToPath(new URL('./scripted-people.ts', import.meta.url))
const timeThatPasses = fileURLToPath(new URL('./time-that-passes.ts', import.meta.url))

/** What the activity that is asked for does, on the stage that owns its incident. */
function workOf(
  stages: ReadonlySet<Stage>,
  find: (stage: Stage) => ActivityTable,
): (...given: never[]) => Promise<unknown> {
  const { activityType, workflowExecution } = activityInfo()
  const incident = incidentOfWorkflow(workflowExecution?.workflowId ?? '') ?? ''
  const stage = [...stages].find(({ owns }) => owns(incident))
  const work = stage === undefined ? undefined : find(stage)[activityType]
  if (work === undefined)
    throw ApplicationFailure.nonRetryable(`nothing plays ${activityType} of ${workflowExecution?.workflowId}`)
  return work
}

let isInstalled = false

/** A process has one runtime, for every rehearsal in it. */
function installRuntime(): void {
  if (!isInstalled)
    Runtime.install({
      shutdownSignals: [],
      logger: new DefaultLogger('ERROR'),
      // A rehearsal that is over ends what is at work; the core would tell of each.
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    })
  isInstalled = true
}
