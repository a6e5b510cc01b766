/** Tests speak the domain through this: tell what the target does, who acts when, fire an alert, and read how it ended. */
import { randomBytes } from 'node:crypto'
import { type Client, Connection } from '@temporalio/client'
import { inject } from 'vitest'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { type Configuration, configurationSchema } from '../../contracts/configuration.ts'
import type { TargetConfiguration } from '../../contracts/configuration/targets.ts'
import type { LoadedRunbook, Runbook } from '../../contracts/runbook.ts'
import type { NewEntry, TimelineEntry } from '../../contracts/timeline.ts'
import { parseDuration } from '../../contracts/duration.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { createRoutineStarter } from '../../intake/begin-routines.ts'
import { startRehearsal } from '../../rehearsal/rehearsal.ts'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import type { Receipt, ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import type { SentPage } from '../../rehearsal/stage.ts'
import { readTimeline } from '../../store/audit-log.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import type { Pool } from '../../store/database.ts'
import { acceptDelivery } from '../../store/deliveries.ts'
import { saveRunbookVersion } from './runbook-version.ts'
import { configuredUrl } from './configured-url.ts'
import { freshDatabase } from './fresh-database.ts'

export interface Scene {
  /** YAML of a runbook without `metadata` and `match`; roles `db` (postgres) and `api` (service) are there. */
  runbook: string
  /** Asks of it what no runbook may ask for, such as seconds for minutes. */
  adapt?: (runbook: Runbook) => Runbook
  /** A routine that is due now, with this window; else an alert opens it. */
  window?: string
  target: ScriptedTarget
  people?: ScriptedAct[]
  /** Acts by the clock of the post-mortem, which begins when the incident has closed. */
  afterwards?: ScriptedAct[]
  autonomy?: 'observe' | 'propose' | 'auto'
  /** How many targets `<scene>-edge-1`, … have the role `edges`, which is for many; default none, and no such role. */
  edges?: number
  /** How many targets have the role `db`; default 1. With none it is unbound, with two ambiguous. */
  databases?: number
  limits?: TargetConfiguration['limits']
  /** Of all its targets. */
  site?: string
  /** Labels of the alert that opens it, beside those it needs. */
  labels?: Record<string, string>
}

export interface Played {
  number: string
  name: string
  openedAtMs: number
  row: Record<string, unknown>
  timeline: TimelineEntry[]
  /** Minutes after opening at which each level paged. */
  pagedAt: { level: number; minute: number }[]
  pages: SentPage[]
  receipts: Receipt[]
  entries<K extends NewEntry['kind']>(kind: K): Extract<NewEntry, { kind: K }>['data'][]
}

export interface Harness {
  pool: Pool
  client: Client
  temporal: { address: string; namespace: string }
  /** Every target of every scene. */
  targets: readonly TargetConfiguration[]
  /** What the targets were changed by. */
  receipts: readonly Receipt[]
  /** Sets the scene, and fires nothing. */
  stage(scene: Scene): Promise<{ name: string; loaded: LoadedRunbook; source: string }>
  /** Sets the scene and fires its alert; resolves with the incident's number. */
  open(scene: Scene): Promise<{ number: string; name: string }>
  /** Opens, waits for the end, and tells how it went. */
  play(scene: Scene): Promise<Played>
  ended(opened: { number: string; name: string }): Promise<Played>
  tell(opened: { number: string; name: string }): Promise<Played>
  report(name: string, status: 'firing' | 'resolved', atMs?: number, alert?: string): Promise<void>
  relayAll(): Promise<void>
  stop(): Promise<void>
}

export interface HarnessOptions {
  skipsTime?: boolean
  /** False: workflows are bundled as in production, and people act from outside. */
  isScripted?: boolean
  /** Sites that have a worker. */
  sites?: readonly string[]
  temporalAddress?: string
}

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const database = await freshDatabase(inject('postgresUrl'))
  const { pool } = database
  const temporalAddress = options.temporalAddress ?? inject('temporalAddress')
  const namespace = `test-${randomBytes(6).toString('hex')}`
  const connection = await Connection.connect({ address: temporalAddress })
  await registerNamespace(temporalAddress, namespace)
  await connection.close()

  const configuration: Configuration = configurationSchema.parse({
    apiVersion: 'paramedic/v1',
    kind: 'Configuration',
  })
  const runbooks: LoadedRunbook[] = []
  const scenes = new Map<string, Scene>()
  const rehearsal = await startRehearsal({
    temporalAddress,
    namespace,
    isScripted: options.isScripted !== false,
    ...(options.sites === undefined ? {} : { sites: options.sites }),
    ...(options.skipsTime === undefined ? {} : { skipsTime: options.skipsTime }),
    maxCachedWorkflows: inject('maxCachedWorkflows'),
  })
  const stageOfScenes = rehearsal.stage({
    pool,
    configuration,
    runbooks,
    target: name => scenes.get(name.slice(0, name.indexOf('-')))!.target,
    script: (labels, during) =>
      scenes.get((labels['alertname'] ?? labels['system'])!)?.[
        during === 'incident' ? 'people' : 'afterwards'
      ] ?? [],
  })
  const stopping = new AbortController()
  const relaying = stageOfScenes.relay(stopping.signal)

  async function report(
    name: string,
    status: 'firing' | 'resolved',
    atMs = Date.now(),
    alert = 'first',
  ): Promise<void> {
    await reportAlert(pool, { name, status, atMs, alert, labels: scenes.get(name)?.labels ?? {} })
  }

  async function stage(scene: Scene): Promise<{ name: string; loaded: LoadedRunbook; source: string }> {
    const name = `scene${randomBytes(5).toString('hex')}`
    scenes.set(name, scene)
    const { loaded, source } = await loadScene(pool, name, scene)
    runbooks.push(loaded)
    const place = {
      environment: 'test',
      system: name,
      autonomy: scene.autonomy ?? 'auto',
      ...(scene.limits === undefined ? {} : { limits: scene.limits }),
      ...(scene.site === undefined ? {} : { site: scene.site }),
    } as const
    const url = { reveal: () => 'postgres://nowhere/nothing' } as never
    for (const suffix of ['db', 'replica'].slice(0, scene.databases ?? 1)) {
      const database = { kind: 'postgres', role: 'db', connection: { url } } as const
      configuration.targets.push({ ...place, name: `${name}-${suffix}`, ...database })
    }
    const health = { url: configuredUrl('http://127.0.0.1:1') }
    const service = { kind: 'service', role: 'api', health } as const
    for (let index = 1; index <= (scene.edges ?? 0); index += 1)
      configuration.targets.push({ ...place, ...service, name: `${name}-edge-${index}`, role: 'edges' })
    configuration.targets.push({ ...place, name: `${name}-api`, ...service })
    return { name, loaded, source }
  }

  async function open(scene: Scene): Promise<{ number: string; name: string }> {
    const { name, loaded } = await stage(scene)
    if (scene.window === undefined) await report(name, 'firing')
    else await begin(loaded)
    await stageOfScenes.relayAll(20_000)
    const { rows } = await pool.query<{ number: string }>('select number from incident where system = $1', [
      name,
    ])
    return { number: rows[0]!.number, name }
  }

  /** As a worker would that looks at its routines now. */
  async function begin(loaded: LoadedRunbook): Promise<void> {
    const written = { ...loaded, file: `${loaded.runbook.name}.yaml`, source: '' }
    await changeInForce(pool, { way: 'sync', by: 'test', atMs: Date.now() - 2 * minuteMs }, now => ({
      inForce: [...now.runbooks, written],
      heldBack: [],
    }))
    const log = { error: (fields: object, message: string) => console.error(message, fields) }
    const intake = { runbooks: async () => [loaded], targets: configuration.targets, log }
    await createRoutineStarter(pool, intake).pass(Date.now())
  }

  async function ended(opened: { number: string; name: string }): Promise<Played> {
    await rehearsal.client.workflow.getHandle(`incident/${opened.number}`).result()
    return tell(opened)
  }

  async function tell({ number, name }: { number: string; name: string }): Promise<Played> {
    const { rows } = await pool.query<Record<string, unknown> & { opened_at: Date }>(
      'select * from incident where number = $1',
      [number],
    )
    const row = rows[0]!
    const openedAtMs = row.opened_at.getTime()
    const timeline = await readTimeline(pool, number)
    const pages = stageOfScenes.pages.filter(sent => sent.page.incident === number)
    const minute = (atMs: number): number => Math.round((atMs - openedAtMs) / 6_000) / 10
    return {
      number,
      name,
      openedAtMs,
      row,
      timeline,
      pages,
      pagedAt: pages.map(sent => ({ level: sent.page.level, minute: minute(sent.atMs) })),
      receipts: stageOfScenes.receipts.filter(receipt => receipt.target.startsWith(name)),
      entries: kind => timeline.filter(entry => entry.kind === kind).map(entry => entry.data) as never,
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await relaying
    await rehearsal.stop()
    await database.drop()
  }

  return {
    pool,
    client: rehearsal.client,
    temporal: { address: temporalAddress, namespace },
    targets: configuration.targets,
    receipts: stageOfScenes.receipts,
    stage,
    open,
    ended,
    tell,
    report,
    relayAll: () => stageOfScenes.relayAll(20_000),
    play: async scene => ended(await open(scene)),
    stop,
  }
}

async function loadScene(
  pool: Pool,
  name: string,
  scene: Scene,
): Promise<{ loaded: LoadedRunbook; source: string }> {
  const head = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: ${name}, owner: test }
targets: { db: postgres, api: service${scene.edges === undefined ? '' : ', edges: { kind: service, many: true }'} }
${beginning(name, scene.window)}
`
  const parsed = parseRunbook(head + scene.runbook, `${name}.yaml`)
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults, null, 2))
  const loaded = { ...parsed, runbook: scene.adapt?.(parsed.runbook) ?? parsed.runbook }
  await saveRunbookVersion(pool, { ...loaded, source: scene.runbook })
  return { loaded, source: head + scene.runbook }
}

/** With a window: once a day, by the clock of this minute. A time is the beginning of a minute, and what a scene says of its window counts from now. */
function beginning(name: string, window: string | undefined): string {
  if (window === undefined) return `match: alert.labels.alertname == "${name}"`
  const now = new Date()
  const cron = `${now.getUTCMinutes()} ${now.getUTCHours()} * * *`
  const seconds = parseDuration(window)! / 1_000 + now.getUTCSeconds()
  return `schedule: { cron: '${cron}', zone: UTC, window: ${seconds}s, system: ${name}, environment: test }`
}

/** One alert through the door that webhooks use. */
export async function reportAlert(
  pool: Pool,
  report: {
    name: string
    status: 'firing' | 'resolved'
    atMs: number
    alert?: string
    startsAtMs?: number
    system?: string
    environment?: string
    group?: string
    labels?: Record<string, string>
  },
): Promise<void> {
  const { name, status, atMs, alert = 'first', system = name, environment = 'test', group = name } = report
  await acceptDelivery(pool, {
    source: 'test',
    sourceKind: 'alertmanager',
    body: Buffer.from('{}'),
    truncatedAlerts: 0,
    atMs,
    alerts: [
      {
        dedupKey: `test/group/${group}`,
        alertKey: `${group}/${alert}`,
        status,
        name,
        labels: { ...report.labels, alertname: name, system, environment, alert },
        annotations: { summary: `${name} is in trouble` },
        startsAtMs: report.startsAtMs ?? atMs,
        ...(status === 'resolved' ? { endsAtMs: atMs } : {}),
      },
    ],
  })
}

const minuteMs = 60_000

/** An act at a minute after opening. */
export function at(minute: number, perform: ScriptedAct['perform']): ScriptedAct {
  return { afterMs: Math.round(minute * minuteMs), perform }
}

/** Waits until something is so; fails with the last state when it is not in time. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  withinMs = 20_000,
): Promise<T> {
  const until = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > until) throw new Error(`still not so after ${withinMs} ms: ${look.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
