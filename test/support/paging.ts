/** The page activity on a real database, with channels on loopback and no workflow around it. */
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { createPageActivities, type PageInput, type PageResult } from '../../activities/page.ts'
import type { PageProgress } from '../../activities/reach-everybody.ts'
import { type Configuration, configurationSchema } from '../../contracts/configuration.ts'
import { logChannel } from '../../contracts/directory.ts'
import type { Notice, Notifier } from '../../contracts/notice.ts'
import type { NewEntry } from '../../contracts/timeline.ts'
import { createChannelGate } from '../../reach/channel-gate.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { givenIncident } from './incidents.ts'
import { somePage } from './notices.ts'

// Attempts that fail are what the tests are about.
Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') })

export interface Paging {
  incident: string
  /** What the built-in log was given. */
  logged: Notice[]
  /** One attempt of the activity; resolves with what it returned or threw, and the last heartbeat. */
  attempt(heartbeat?: PageProgress): Promise<Attempt>
  /** Attempts as Temporal makes them, until one succeeds. */
  page(): Promise<PageResult>
  entries<K extends NewEntry['kind']>(kind: K): Promise<Extract<NewEntry, { kind: K }>['data'][]>
  row(): Promise<Record<string, unknown>>
  notices(): Promise<Record<string, unknown>[]>
}

export interface Attempt {
  result?: PageResult
  error?: unknown
  heartbeat?: PageProgress
}

interface Given {
  /** YAML would be strings; here the parsed form is written down. */
  configuration?: Partial<Pick<Configuration, 'channels' | 'contacts' | 'fallback'>>
  notifiers?: readonly Notifier[]
  functions?: string[]
  system?: string
  unless?: 'acknowledged'
}

export async function givenPage(pool: Pool, given: Given): Promise<Paging> {
  const incident = await givenIncident(pool, { atMs: Date.now(), system: given.system ?? 'orders' })
  const logged: Notice[] = []
  const log: Notifier = {
    name: logChannel,
    kind: 'log',
    send: async notice => (logged.push(notice), {}),
  }
  const gate = createChannelGate(pool, [log, ...(given.notifiers ?? [])], {
    error: (...told) => console.error(...told),
  })
  const configuration = { ...nothingConfigured, ...given.configuration }
  const { page } = createPageActivities({ pool, configuration, gate })
  const functions = given.functions ?? ['on-call']
  const id = `${incident}/page/0/0`
  const input: PageInput = {
    intent: {
      id,
      incident,
      epoch: 0,
      level: 0,
      functions,
      dueAtMs: Date.now(),
      atMs: Date.now(),
      ...(given.unless === undefined ? {} : { unless: given.unless }),
    },
    page: { ...somePage, id, incident, functions, level: 0, system: given.system ?? 'orders' },
  }

  async function attempt(before?: PageProgress): Promise<Attempt> {
    const environment = new MockActivityEnvironment({
      currentAttemptScheduledTimestampMs: Date.now(),
      ...(before === undefined ? {} : { heartbeatDetails: before }),
    })
    let heartbeat: PageProgress | undefined
    // A heartbeat travels as JSON.
    environment.on('heartbeat', (details: PageProgress) => (heartbeat = structuredClone(details)))
    const ended = await runOnce(environment)
    return { ...ended, ...(heartbeat === undefined ? {} : { heartbeat }) }
  }

  async function runOnce(environment: MockActivityEnvironment): Promise<Attempt> {
    try {
      // The environment does not carry the type of what it runs.
      return { result: (await environment.run(page, input)) as PageResult }
    } catch (error) {
      return { error }
    }
  }

  return {
    incident,
    logged,
    attempt,
    async page() {
      let carried: PageProgress | undefined
      for (let time = 0; time < 10; time += 1) {
        const { result, error, heartbeat } = await attempt(carried)
        if (result !== undefined) return result
        if (time === 9) throw error
        carried = heartbeat
      }
      throw new Error('unreachable')
    },
    async entries(kind) {
      const timeline = await readTimeline(pool, incident)
      return timeline.filter(entry => entry.kind === kind).map(entry => entry.data) as never
    },
    async row() {
      const { rows } = await pool.query<Record<string, unknown>>('select * from page where id = $1', [id])
      return rows[0]!
    },
    async notices() {
      const { rows } = await pool.query<Record<string, unknown>>(
        'select recipient, channel, state, attempts, problem, answer_id, roll_up from notice where key = $1 order by recipient, channel',
        [id],
      )
      return rows
    },
  }
}

const nothingConfigured = configurationSchema.parse({ apiVersion: 'paramedic/v1', kind: 'Configuration' })

/** As if nothing had been sent for a minute. */
export async function refillChannels(pool: Pool): Promise<void> {
  await pool.query('delete from channel_pace')
}
