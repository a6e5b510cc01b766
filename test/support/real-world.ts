/** Real processes for fault tests: a service with a ledger, an api and workers that can be killed, on the real clock. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { createProcessDriver, type ProcessDriver } from '../../activities/targets/service/process-driver.ts'
import type { NewEntry, TimelineEntry } from '../../contracts/timeline.ts'
import { freePorts } from '../../embedded/ports.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { createAlertmanager } from './alertmanager-sender.ts'
import { type Child, type Fault, startChild } from './child-process.ts'
import { freshDatabase } from './fresh-database.ts'
import { eventually, reportAlert } from './incident-harness.ts'
import { smallRunbook } from './small-runbooks.ts'

export interface ApiProcess extends Child {
  url: string
}

export interface World {
  pool: Pool
  folder: string
  namespace: string
  service: ProcessDriver
  /** How often the service was started again, by its own account. */
  starts(): number
  startWorker(fault?: Fault): Child
  /** A worker of the service's site. It has the secret of the service and no other. */
  startSiteWorker(fault?: Fault): Child
  /** Always on the same port; resolves when it answers. */
  startApi(fault?: Fault): Promise<ApiProcess>
  /** Beside the first one, on a port of its own. */
  startOtherApi(): Promise<ApiProcess>
  /** A sender that the api knows. */
  alertmanager: ReturnType<typeof createAlertmanager>
  /** Fires an alert, `Down` unless told otherwise; resolves with the number of its incident. */
  fire(alert?: string): Promise<string>
  resolveAlert(alert?: string): Promise<void>
  closed(number: string, withinMs?: number): Promise<Record<string, unknown>>
  row(number: string): Promise<Record<string, unknown>>
  entries<K extends NewEntry['kind']>(
    number: string,
    kind: K,
  ): Promise<Extract<TimelineEntry, { kind: K }>['data'][]>
}

export interface WorldOptions {
  databaseUrl?: string
  temporalAddress?: string
  /** Beside the one that restarts the service when `Down` fires. */
  runbooks?: string[]
  isDown?: boolean
  /** Of the service. */
  site?: string
  pageWebhook?: { url: string; secret: string }
  /** Channels, contacts and what else belongs to reaching people, in YAML; its secrets as variables. */
  reach?: { yaml: string; variables: Record<string, string> }
}

const restartRunbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: restarts, title: Service down, owner: test }
targets: { api: service }
match: alert.labels.alertname == "Down"
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
mitigate:
  - id: restart
    uses: service.restart
    target: api
    with: { grace: 1s, healthy_within: 10s }
    verify: { check: health, until: 'value.status == "up"', settle: 100ms, for: 1s, within: 20s, every: 500ms }
    undo: { none: "a restart has nothing to undo" }
verify: { checks: [health], until: 'checks.health.status == "up"', for: 1s, within: 20s, every: 500ms }
hold: 500ms
escalate:
  - { after: 0m, page: [on-call] }
`

/**
 * Sets up a sick service that a restart mends (or one that is down), its configuration and runbooks, a database and a
 * namespace. When the test has finished, whatever was started is ended.
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'paramedic-fault-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { pool, url } = await freshDatabase(options.databaseUrl ?? inject('postgresUrl'))
  onTestFinished(() => pool.end())
  const temporalAddress = options.temporalAddress ?? inject('temporalAddress')
  const namespace = `fault-${randomBytes(6).toString('hex')}`
  await registerNamespace(temporalAddress, namespace)

  const [servicePort, apiPort, otherApiPort] = await freePorts(3)
  const ledger = path.join(folder, 'ledger.jsonl')
  writeFileSync(ledger, '')
  const command = [
    process.execPath,
    fileURLToPath(new URL('./ledger-service.mjs', import.meta.url)),
    String(servicePort),
    ledger,
  ]
  const files = {
    directory: folder,
    pidFile: path.join(folder, 'service.pid'),
    logFile: path.join(folder, 'service.log'),
  }
  const service = createProcessDriver({ command, environment: {}, ...files })
  onTestFinished(async () => void (await service.stop({ graceMs: 1_000 })))
  await service.start()
  await eventually(async () => readFileSync(ledger, 'utf8') !== '')
  if (options.isDown === true) await service.stop({ graceMs: 1_000 })
  const configPath = path.join(folder, 'paramedic.yaml')
  writeFileSync(configPath, configurationYaml({ command, port: servicePort!, ...files }, options))
  mkdirSync(path.join(folder, 'runbooks'))
  writeFileSync(path.join(folder, 'runbooks', 'default.yaml'), smallRunbook('default'))
  for (const [index, runbook] of [restartRunbook, ...(options.runbooks ?? [])].entries())
    writeFileSync(path.join(folder, 'runbooks', `${index}.yaml`), runbook)

  const name = `fault${randomBytes(4).toString('hex')}`
  const report = (status: 'firing' | 'resolved', alert = 'Down') =>
    reportAlert(pool, {
      name: alert,
      status,
      atMs: Date.now(),
      system: 'real',
      environment: 'test',
      group: name,
    })
  const everywhere = {
    PARAMEDIC_DATABASE_URL: url,
    PARAMEDIC_TEMPORAL_ADDRESS: temporalAddress,
    PARAMEDIC_TEMPORAL_NAMESPACE: namespace,
    PARAMEDIC_CONFIG: configPath,
  }
  const atSite = { ...everywhere, PARAMEDIC_SITE: options.site ?? '', SERVICE_KEY: 'key-of-the-service' }
  const variables = {
    ...everywhere,
    PARAMEDIC_RUNBOOKS: path.join(folder, 'runbooks'),
    PARAMEDIC_API_PORT: String(apiPort),
    SOURCE_TOKEN: sourceToken,
    ...(options.pageWebhook === undefined ? {} : { PAGE_SECRET: options.pageWebhook.secret }),
    ...options.reach?.variables,
  }
  const start = (script: string, fault?: Fault, told: Record<string, string> = variables): Child => {
    const child = startChild(script, told, fault)
    onTestFinished(() => child.kill())
    return child
  }
  const startApiOn = async (port: number, fault?: Fault): Promise<ApiProcess> => {
    const api = start('./faulty-api.ts', fault, { ...variables, PARAMEDIC_API_PORT: String(port) })
    await api.says('api is up')
    return { ...api, url: `http://127.0.0.1:${port}` }
  }

  const world: World = {
    pool,
    folder,
    namespace,
    service,
    alertmanager: createAlertmanager({ url: `http://127.0.0.1:${apiPort}`, token: sourceToken }),
    starts: () => readFileSync(ledger, 'utf8').split('\n').length - 2,
    startWorker: fault => start('./faulty-worker.ts', fault),
    startSiteWorker: fault => start('./faulty-worker.ts', fault, atSite),
    startApi: fault => startApiOn(apiPort!, fault),
    startOtherApi: () => startApiOn(otherApiPort!),
    async fire(alert) {
      await report('firing', alert)
      return eventually(async () => {
        const { rows } = await pool.query<{ number: string }>(
          'select number from incident order by opened_at desc limit 1',
        )
        return rows[0]?.number
      })
    },
    resolveAlert: alert => report('resolved', alert),
    async row(number) {
      const { rows } = await pool.query<Record<string, unknown>>('select * from incident where number = $1', [
        number,
      ])
      return rows[0]!
    },
    closed: (number, withinMs = 60_000) =>
      eventually(async () => {
        const row = await world.row(number)
        return row['phase'] === 'closed' ? row : undefined
      }, withinMs),
    async entries(number, kind) {
      const timeline = await readTimeline(pool, number)
      return timeline.filter(entry => entry.kind === kind).map(entry => entry.data) as never
    },
  }
  return world
}

const sourceToken = 'token-of-the-alertmanager-source'

function configurationYaml(
  service: { command: string[]; port: number; directory: string; pidFile: string; logFile: string },
  { pageWebhook, reach, site }: Pick<WorldOptions, 'pageWebhook' | 'reach' | 'site'>,
): string {
  const pages =
    pageWebhook === undefined
      ? ''
      : `channels: [{ name: pages, kind: webhook, url: "${pageWebhook.url}", signing_secret: '\${env:PAGE_SECRET}' }]
contacts:
  - { name: mia, functions: [on-call, senior, platform-lead], reach: [{ channel: pages }] }
`
  return `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: alertmanager, kind: alertmanager, token: '\${env:SOURCE_TOKEN}' }
targets:
  - name: real-api
    kind: service
    environment: test
    system: real
    role: api
    autonomy: auto
${site === undefined ? '' : `    site: ${site}\n`}    health: { url: "http://127.0.0.1:${service.port}/" }
    process:
      command: ${JSON.stringify(service.command)}
      directory: ${JSON.stringify(service.directory)}
      pid_file: ${JSON.stringify(service.pidFile)}
      log_file: ${JSON.stringify(service.logFile)}
${site === undefined ? '' : `      environment: { SERVICE_KEY: '\${env:SERVICE_KEY}' }\n`}${pages}${reach?.yaml ?? ''}`
}
