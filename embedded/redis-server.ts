import { type ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findOnPath } from './find-on-path.ts'
import { rotateLog, tailOf } from './log-file.ts'
import { freePort } from './ports.ts'
import { endChild, exitOf, hasEnded, openProcessRegistry, type ProcessRegistry } from './processes.ts'
import { SetupError } from './setup-error.ts'

const READY_WITHIN_MS = 10_000
const POLL_MS = 20
const STOP_WITHIN_MS = 4_000

export type RedisServer = {
  url: string
  port: number
  pid: number
  /** Resolves when it is gone, to how it ended. */
  exited: Promise<string>
  stop(): Promise<void>
  kill(): Promise<void>
}

/**
 * `redis-server` from PATH on 127.0.0.1, without a password, its data kept in `dataDir`.
 * Throws redis_missing (no such program) and redis_failed (with the end of its log).
 */
export async function startRedisServer(options: {
  dataDir: string
  port?: number
  logFile?: string
  processes?: ProcessRegistry
}): Promise<RedisServer> {
  const program = findOnPath('redis-server')
  if (program === undefined) throw missing()
  await mkdir(options.dataDir, { recursive: true })
  const processes = options.processes ?? openProcessRegistry(join(options.dataDir, 'processes.json'))
  if (options.processes === undefined) await processes.endLeftovers()
  const port = options.port ?? (await freePort())
  const logFile = options.logFile ?? join(options.dataDir, 'redis.log')
  await rotateLog(logFile)
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    options.dataDir,
    '--save',
    '60',
    '1',
  ]
  const child = processes.spawn('redis', program, [...settings, '--daemonize', 'no'], { logFile })
  await ready(child, port, logFile)
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    exited: exitOf(child),
    stop: () => endChild(child, 'SIGTERM', STOP_WITHIN_MS),
    kill: () => endChild(child, 'SIGKILL', 0),
  }
}

function missing(): SetupError {
  return new SetupError(
    'redis_missing',
    'There is no redis-server on PATH, and no npm package ships one.',
    'Debian, Ubuntu: sudo apt-get install -y redis-server\n' +
      'Fedora:         sudo dnf install -y redis\n' +
      'Alpine:         sudo apk add redis\n' +
      'macOS:          brew install redis',
  )
}

async function ready(child: ChildProcess, port: number, logFile: string) {
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await answersPing(port))) {
    const isGone = hasEnded(child)
    if (isGone || Date.now() > deadline) {
      throw new SetupError(
        'redis_failed',
        `Redis ${isGone ? 'ended while starting' : `did not answer within ${READY_WITHIN_MS} ms`}. ` +
          `The end of ${logFile}:\n${await tailOf(logFile)}`,
        'read the log, or begin with empty data: npm start -- --reset',
      )
    }
    await delay(POLL_MS)
  }
}

// Redis accepts a connection before its data is loaded and then answers -LOADING.
function answersPing(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(1_000, () => socket.destroy())
    socket.once('data', data => {
      resolve(data.toString('latin1').startsWith('+PONG'))
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
