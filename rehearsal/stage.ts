/** One set of database, targets and people that a rehearsal plays with. Of the workers there is one set for all stages. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { createActivities, createSiteActivities, type TargetDependencies } from '../activities/activities.ts'
import { createWorkflowClock } from '../activities/workflow-clock.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { logChannel } from '../contracts/directory.ts'
import type { News, Notifier } from '../contracts/notice.ts'
import type { Page } from '../contracts/page.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { createRelay } from '../intake/relay.ts'
import { createChannelGate } from '../reach/channel-gate.ts'
import { createNewsDispatcher } from '../reach/news-dispatcher.ts'
import type { Pool } from '../store/database.ts'
import { createHistories } from '../worker/histories.ts'
import { createIncidentWorkflows } from '../worker/incident-workflows.ts'
import { actedOnce } from './acted-once.ts'
import { createStageHandActivities } from './stage-hands.ts'
import {
  createScriptActivities,
  type ScriptActivities,
  type ScriptedAct,
  type ScriptedTime,
} from './script-activities.ts'
import { createScriptedTargets, type Receipt, type ScriptedTarget } from './scripted-targets.ts'

export interface SentPage {
  page: Page
  recipient: string
  /** The workflow's time. */
  atMs: number
  /** The wall clock's. */
  sentAtMs: number
}

export interface ToldNews {
  news: News
  recipient: string
  sentAtMs: number
}

export type StageOptions = StageParts & (ScriptedTargets | RealTargets)

interface ScriptedTargets {
  target(name: string): ScriptedTarget
}

/** Those of the configuration, by these checks and actions. */
interface RealTargets {
  reads: Pick<TargetDependencies, 'checks' | 'actions'>
}

interface StageParts {
  pool: Pool
  /** Looked up at each use, so that scenes can be added. */
  configuration: Configuration
  runbooks: LoadedRunbook[]
  /** Who acts when in an incident whose alert has these labels. */
  script?(labels: Record<string, string>, during: ScriptedTime): readonly ScriptedAct[]
  /** The rehearsal of an incident is over so long after its opening; default when its workflows have ended. */
  endsAfterMs?: number
  /** Incidents whose workflows play here; default all. */
  owns?(incident: string): boolean
  /** Somebody is told: news are delivered as they happen. */
  tellsNews?: boolean
  /** Called before each activity of the queue of actions, with the step it is about. */
  beforeAction?(step: string): Promise<void>
  /** Called after each activity, before the workflow hears of its end. */
  afterActivity?(): Promise<void>
  /** Beside those of production. */
  moreActivities?: ActivityTable
  /** Who gets to know what people are sent; default the lists of the stage. */
  heard?: Heard
}

export interface Heard {
  page(sent: SentPage): void
  news(told: ToldNews): void
}

export interface Stage {
  pages: SentPage[]
  told: ToldNews[]
  receipts: Receipt[]
  /** What its people do, for whoever performs it outside of an activity. */
  script: ScriptActivities | undefined
  owns(incident: string): boolean
  /** What the worker of a queue does, by the activity's type. */
  activities: Record<Queue, ActivityTable>
  /** What the worker of a queue at a site does. */
  atSite(site: string, queue: 'main' | 'actions'): ActivityTable
  /** Delivers everything that waits. `atMs`: the clock it goes by, default the wall clock. */
  relayAll(withinMs: number, atMs?: number): Promise<void>
  /** Relays all the time until told to stop. */
  relay(stopping: AbortSignal): Promise<void>
}

export type Queue = 'main' | 'actions' | 'pages'
export type ActivityTable = Record<string, (...given: never[]) => Promise<unknown>>

/** The input of the activity that goes on, for whatever a scripted target has to know of it. */
const goingOn = new AsyncLocalStorage<{ step: string; attempt: number; isActing: boolean }>()

export function createStage(client: Client, options: StageOptions): Stage {
  const { pool, configuration, beforeAction, afterActivity } = options
  const log = { error: (fields: object, message: string) => console.error(message, fields) }
  const relay = createRelay(
    pool,
    { runbooks: async () => options.runbooks, targets: configuration.targets, log },
    createIncidentWorkflows(client),
  )
  const relayAll = async (withinMs: number, atMs?: number): Promise<void> => {
    const until = Date.now() + withinMs
    while (await isWaiting(pool)) {
      if (Date.now() > until) throw new Error(`the relay did not deliver everything within ${withinMs} ms`)
      await relay.pass(atMs ?? Date.now())
    }
  }

  const pages: SentPage[] = []
  const told: ToldNews[] = []
  const heard: Heard = options.heard ?? {
    page: sent => void pages.push(sent),
    news: one => void told.push(one),
  }
  const notifier: Notifier = {
    name: logChannel,
    kind: 'log',
    async send(notice, route) {
      const recipient = route ?? ''
      const sentAtMs = Date.now()
      if (notice.kind === 'page')
        heard.page({ page: notice.page, recipient, atMs: createWorkflowClock()(), sentAtMs })
      if (notice.kind === 'news') heard.news({ news: notice.news, recipient, sentAtMs })
      return {}
    },
  }
  const gate = createChannelGate(pool, [notifier], log)
  const news = createNewsDispatcher(pool, gate, configuration, log)
  const { checks, actions, receipts } =
    'reads' in options
      ? { ...options.reads, receipts: [] }
      : createScriptedTargets(
          options.target,
          () => goingOn.getStore() ?? { step: '', attempt: 0, isActing: false },
        )
  const touchingTargets = { pool, configuration, checks, actions, worker: `rehearsal/${process.pid}` }
  const real = createActivities({ ...touchingTargets, gate, histories: createHistories(client) })
  const script =
    options.script === undefined
      ? undefined
      : createScriptActivities({
          pool,
          scriptFor: options.script,
          relayAll,
          ...(options.endsAfterMs === undefined ? {} : { endsAfterMs: options.endsAfterMs }),
        })
  const scripted = script === undefined ? {} : actedOnce(script)

  async function perform(work: ActivityTable[string], given: never[]): Promise<unknown> {
    const { step, isActing } = goingOn.getStore()!
    if (isActing) await beforeAction?.(step)
    const result = await work(...given)
    if (options.tellsNews === true) await news.pass(createWorkflowClock()())
    await afterActivity?.()
    return result
  }
  function played(table: object, isActing = false): ActivityTable {
    return Object.fromEntries(
      Object.entries(table as ActivityTable).map(([name, work]) => [
        name,
        (...given: never[]) => goingOn.run({ ...attemptIn(given[0]), isActing }, () => perform(work, given)),
      ]),
    )
  }
  const sites = new Map<string, Record<'main' | 'actions', ActivityTable>>()
  function atSite(site: string, queue: 'main' | 'actions'): ActivityTable {
    const known = sites.get(site)
    if (known !== undefined) return known[queue]
    const { main, actions: acting } = createSiteActivities({
      ...touchingTargets,
      worker: `rehearsal at ${site}`,
    })
    const made = { main: played(main), actions: played(acting, true) }
    sites.set(site, made)
    return made[queue]
  }
  return {
    pages,
    told,
    receipts,
    script,
    owns: options.owns ?? (() => true),
    activities: {
      main: played({
        ...real.main,
        ...scripted,
        ...createStageHandActivities(),
        ...options.moreActivities,
      }),
      actions: played(real.actions, true),
      pages: played(real.pages),
    },
    atSite,
    relayAll,
    relay: stopping => relay.run(stopping),
  }
}

/** Which try of which step an activity is about. Of a plan the step is whole, of what carries it out only its id. */
function attemptIn(input: unknown): { step: string; attempt: number } {
  const { step, attempt } = (input ?? {}) as { step?: string | { id: string }; attempt?: number }
  return { step: typeof step === 'object' ? step.id : (step ?? ''), attempt: attempt ?? 0 }
}

/** Does a stored alert or message still wait? A pause keeps a held lock from being asked in a tight loop. */
async function isWaiting(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ waiting: boolean }>(
    `select exists (select from message where delivered_at is null) or exists (select from alert_event where outcome is null) as waiting`,
  )
  if (rows[0]!.waiting) await delay(10)
  return rows[0]!.waiting
}
