import { type ChildProcess } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { rotateLog, tailOf } from './log-file.ts'
import { freePorts, isPortFree } from './ports.ts'
import { endChild, exitOf, hasEnded, openProcessRegistry, type ProcessRegistry } from './processes.ts'
import { SetupError } from './setup-error.ts'
import { findTemporalProgram, type TemporalProgram } from './temporal-program.ts'
import { DYNAMIC_CONFIG, dynamicConfigFile, serverConfig, type DynamicConfig } from './temporal-config.ts'

const READY_WITHIN_MS = 60_000
const POLL_MS = 50
// One for each entry of TemporalPorts.
const PORTS = 8
const PORTS_FILE = 'ports.json'
// Its own shutdown waits over five seconds for services that are gone already (measured); every answer it has given
// is on disk, so nothing is lost by not waiting.
const STOP_WITHIN_MS = 1_500

export type TemporalServer = {
  /** host:port for a Temporal client. */
  address: string
  pid: number
  /** Resolves when it is gone, to how it ended. */
  exited: Promise<string>
  stop(): Promise<void>
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>
}

export type TemporalServerOptions = {
  /** Kept between starts; created when missing. */
  dataDir: string
  /** Port of the frontend; the internal services take free ones. Default: a free one. */
  port?: number
  /** Beside DYNAMIC_CONFIG. Tests and drills hand in TIME_SKIPPING_CONFIG. */
  dynamicConfig?: DynamicConfig
  logFile?: string
  /** Default true. Tests say false: nothing of theirs needs to survive a power cut. */
  isDurable?: boolean
  processes?: ProcessRegistry
  /** Default: that of this machine, which may have to be built first. */
  program?: TemporalProgram
}

/**
 * A real Temporal server with its data in one SQLite file.
 * Throws temporal_missing, temporal_build_failed, temporal_failed.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await mkdir(options.dataDir, { recursive: true })
  const processes = options.processes ?? openProcessRegistry(join(options.dataDir, 'processes.json'))
  if (options.processes === undefined) await processes.endLeftovers()
  const program = options.program ?? (await findTemporalProgram({}))
  const ports = await choosePorts(options.dataDir)
  const port = options.port ?? ports[0] ?? 0
  const logFile = options.logFile ?? join(options.dataDir, 'temporal.log')
  await rotateLog(logFile)
  const args = await writeConfig(program, options, [port, ...ports.slice(1)])
  const child = processes.spawn('temporal', program.path, args, { cwd: options.dataDir, logFile })
  const address = `127.0.0.1:${port}`
  await ready(child, address, logFile)
  return {
    address,
    pid: child.pid ?? 0,
    exited: exitOf(child),
    stop: () => endChild(child, 'SIGTERM', STOP_WITHIN_MS),
    kill: () => endChild(child, 'SIGKILL', 0),
  }
}

/**
 * The ports of the last start, while they are free. A killed server stays in the membership table of its own data for a while:
 * beside other ports it is a dead member that is asked for tasks, for 50 s (measured); under the same ports it is the new one.
 */
async function choosePorts(dataDir: string): Promise<number[]> {
  const file = join(dataDir, PORTS_FILE)
  const last = await readFile(file, 'utf8').then(
    // Written below and by nothing else.
    text => JSON.parse(text) as number[],
    () => [],
  )
  const areFree = await Promise.all(last.map(isPortFree))
  if (last.length === PORTS && !areFree.includes(false)) return last
  const ports = await freePorts(PORTS)
  await writeFile(file, JSON.stringify(ports))
  return ports
}

async function writeConfig(program: TemporalProgram, options: TemporalServerOptions, ports: number[]) {
  const dynamicConfig = { ...DYNAMIC_CONFIG, ...options.dynamicConfig }
  const [frontend = 0, ...internal] = ports
  if (program.kind === 'cli') return cliArguments(frontend, dynamicConfig)
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = internal
  const config = serverConfig(
    {
      frontend,
      frontendMembership: a,
      history: b,
      historyMembership: c,
      matching: d,
      matchingMembership: e,
      worker: f,
      workerMembership: g,
    },
    options.isDurable ?? true,
  )
  await writeFile(join(options.dataDir, 'server.yaml'), config)
  await writeFile(join(options.dataDir, 'dynamic-config.yaml'), dynamicConfigFile(dynamicConfig))
  return ['--config-file', 'server.yaml', '--allow-no-auth', 'start']
}

// The developer server of the CLI holds the same services behind other flags.
function cliArguments(port: number, dynamicConfig: DynamicConfig): string[] {
  const settings = Object.entries(dynamicConfig).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${JSON.stringify(value)}`,
  ])
  const where = ['--ip', '127.0.0.1', '--port', String(port), '--db-filename', 'temporal-cli.sqlite']
  return ['server', 'start-dev', '--headless', '--log-level', 'warn', ...where, ...settings]
}

async function ready(child: ChildProcess, address: string, logFile: string) {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    const isGone = hasEnded(child)
    if (isGone || Date.now() > deadline) {
      throw new SetupError(
        'temporal_failed',
        `Temporal ${isGone ? 'ended while starting' : `did not answer within ${READY_WITHIN_MS} ms`}. ` +
          `The end of ${logFile}:\n${await tailOf(logFile)}`,
        'read the log, or begin with empty data: npm start -- --reset',
      )
    }
    if (await isServing(address)) return
    await delay(POLL_MS)
  }
}

async function isServing(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 })
    try {
      // Needs history and its store, other than the frontend's own health check.
      await connection.workflowService.listNamespaces({ pageSize: 1 })
      return true
    } finally {
      await connection.close()
    }
  } catch {
    return false
  }
}
