/** Real processes for fault tests: a service with a ledger, workers that can be killed, on the real clock. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { createProcessDriver, type ProcessDriver } from '../../activities/targets/service/process-driver.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import type { NewEntry, TimelineEntry } from '../../contracts/timeline.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { eventually, freshDatabase, reportAlert } from './incident-harness.ts'

export interface WorkerProcess {
  child: ChildProcess
  /** Resolves when it has written this line. */
  says(line: string, withinMs?: number): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Ends it for good, frozen or not. */
  kill(): Promise<void>
}

export interface World {
  pool: Pool
  folder: string
  service: ProcessDriver
  /** How often the service was started again, by its own account. */
  starts(): number
  startWorker(fault?: { pause: string; when?: 'before' | 'after' }): WorkerProcess
  /** Fires the alert; resolves with the number of its incident. */
  fire(): Promise<string>
  resolveAlert(): Promise<void>
  closed(number: string, withinMs?: number): Promise<Record<string, unknown>>
  row(number: string): Promise<Record<string, unknown>>
  entries<K extends NewEntry['kind']>(number: string, kind: K): Promise<Extract<TimelineEntry, { kind: K }>['data'][]>
  stop(): Promise<void>
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

/** Sets up a sick service that a restart mends (or one that is down), its configuration and runbook, a database and a namespace. */
export async function startWorld(options: { databaseUrl?: string; temporalAddress?: string; runbook?: string; isDown?: boolean } = {}): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'paramedic-fault-'))
  const { pool, url } = await freshDatabase(options.databaseUrl)
  const temporalAddress = options.temporalAddress ?? inject('temporalAddress')
  const namespace = `fault-${randomBytes(6).toString('hex')}`
  await registerNamespace(temporalAddress, namespace)

  const port = await freePort()
  const ledger = path.join(folder, 'ledger.jsonl')
  writeFileSync(ledger, '')
  const command = [process.execPath, fileURLToPath(new URL('./ledger-service.mjs', import.meta.url)), String(port), ledger]
  const files = { directory: folder, pidFile: path.join(folder, 'service.pid'), logFile: path.join(folder, 'service.log') }
  const service = createProcessDriver({ command, environment: {}, ...files })
  await service.start()
  await eventually(async () => readFileSync(ledger, 'utf8') !== '')
  if (options.isDown === true) await service.stop({ graceMs: 1_000 })
  const configPath = path.join(folder, 'paramedic.yaml')
  writeFileSync(configPath, configurationYaml({ command, port, ...files }))
  mkdirSync(path.join(folder, 'runbooks'))
  writeFileSync(path.join(folder, 'runbooks', 'restarts.yaml'), options.runbook ?? restartRunbook)

  const name = `fault${randomBytes(4).toString('hex')}`
  const workers: WorkerProcess[] = []
  const report = (status: 'firing' | 'resolved') =>
    reportAlert(pool, { name: 'Down', status, atMs: Date.now(), system: 'real', environment: 'test', group: name })

  const world: World = {
    pool,
    folder,
    service,
    starts: () => readFileSync(ledger, 'utf8').split('\n').length - 2,
    startWorker(fault) {
      const worker = startWorkerProcess(
        {
          PARAMEDIC_DATABASE_URL: url,
          PARAMEDIC_TEMPORAL_ADDRESS: temporalAddress,
          PARAMEDIC_TEMPORAL_NAMESPACE: namespace,
          PARAMEDIC_CONFIG: configPath,
          PARAMEDIC_RUNBOOKS: path.join(folder, 'runbooks'),
        },
        fault,
      )
      workers.push(worker)
      return worker
    },
    async fire() {
      await report('firing')
      return eventually(async () => {
        const { rows } = await pool.query<{ number: string }>('select number from incident order by opened_at desc limit 1')
        return rows[0]?.number
      })
    },
    resolveAlert: () => report('resolved'),
    async row(number) {
      const { rows } = await pool.query<Record<string, unknown>>('select * from incident where number = $1', [number])
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
    async stop() {
      await Promise.all(workers.map(worker => worker.kill()))
      await service.stop({ graceMs: 1_000 })
      await pool.end()
    },
  }
  return world
}

function configurationYaml(service: { command: string[]; port: number; directory: string; pidFile: string; logFile: string }): string {
  return `apiVersion: paramedic/v1
kind: Configuration
targets:
  - name: real-api
    kind: service
    environment: test
    system: real
    role: api
    autonomy: auto
    health: { url: "http://127.0.0.1:${service.port}/" }
    process:
      command: ${JSON.stringify(service.command)}
      directory: ${JSON.stringify(service.directory)}
      pid_file: ${JSON.stringify(service.pidFile)}
      log_file: ${JSON.stringify(service.logFile)}
`
}

function startWorkerProcess(env: Record<string, string>, fault?: { pause: string; when?: 'before' | 'after' }): WorkerProcess {
  const script = fileURLToPath(new URL('./faulty-worker.ts', import.meta.url))
  const faulty = fault === undefined ? {} : { FAULTY_PAUSE: fault.pause, FAULTY_WHEN: fault.when ?? 'before' }
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], ...env, ...faulty },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  return {
    child,
    async says(line, withinMs = 60_000) {
      await eventually(async () => {
        if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${output}`)
        return output.includes(line)
      }, withinMs)
    },
    signal: signal => void child.kill(signal),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}
