import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../../contracts/coded-error.ts'
import { isRunning, isSameProcess, startTimeOf, type ProcessIdentity } from './process-identity.mjs'
import { contentOf, hasCode, parseIdentity, withStartLock } from './start-lock.ts'

export type { ProcessIdentity } from './process-identity.mjs'

export interface ProcessDefinition {
  /** Program and arguments, as they are: no shell reads them. */
  command: string[]
  directory: string
  /** All the process gets besides PATH; the starter's own variables, and the secrets in them, stay behind. */
  environment: Record<string, string>
  pidFile: string
  /** stdout and stderr are appended here. */
  logFile: string
}

export type StopResult = 'stopped' | 'was-not-running' | 'identity-changed'

export interface ProcessDriver {
  /** The running process; undefined when none runs, its pid belongs to somebody else by now, or only a zombie is left. */
  identity(): Promise<ProcessIdentity | undefined>
  /** Starts the process unless it runs; concurrent starts, from any process on this machine, start one. */
  start(): Promise<ProcessIdentity>
  /** TERM, up to `graceMs`, then KILL, both to its process group. With `expected`, a different process is left alone. */
  stop(options: { graceMs: number; expected?: ProcessIdentity }): Promise<StopResult>
  traces(): StartTraces
}

/** What starts and stops have left behind. */
export interface StartTraces {
  /** Clock of this machine: when the last start wrote down its process, whether that still runs or not. A stop forgets it. */
  startedAtMs?: number
  /** Somebody holds the lock, or died while holding it: what that start or stop has done is not known here. */
  isCutOff: boolean
}

/** How often a stop looks whether the process has gone. */
const lookAgainMs = 20
/** The kernel ends a killed process at once, unless it hangs in a device. */
const killedWithinMs = 5_000

/** Runs one service as a detached process that outlives whoever started it. */
export function createProcessDriver(definition: ProcessDefinition): ProcessDriver {
  const lockFile = `${definition.pidFile}.lock`

  const current = (): ProcessIdentity | undefined => {
    const identity = parseIdentity(contentOf(definition.pidFile) ?? '')
    return identity !== undefined && isRunning(identity) ? identity : undefined
  }

  return {
    identity: async () => current(),

    start: async () => {
      mkdirSync(dirname(definition.pidFile), { recursive: true })
      return withStartLock(lockFile, async isStillMine => {
        const running = current()
        if (running !== undefined) return running
        if (!isStillMine()) throw lockLost(lockFile)
        return spawnDetached(definition)
      })
    },

    stop: async ({ graceMs, expected }) => {
      if (current() === undefined) return 'was-not-running'
      return withStartLock(lockFile, async () => {
        const running = current()
        if (running === undefined) return 'was-not-running'
        if (expected !== undefined && !isSameProcess(running, expected)) return 'identity-changed'
        await end(running, graceMs)
        rmSync(definition.pidFile, { force: true })
        return 'stopped'
      })
    },

    traces: () => ({
      ...(existsSync(definition.pidFile) ? { startedAtMs: statSync(definition.pidFile).mtimeMs } : {}),
      isCutOff: existsSync(lockFile),
    }),
  }
}

async function spawnDetached(definition: ProcessDefinition): Promise<ProcessIdentity> {
  const [program, ...parameters] = definition.command
  if (program === undefined)
    throw new CodedError('invalid_configuration', 'A process command must name a program')
  mkdirSync(dirname(definition.logFile), { recursive: true })
  const log = openSync(definition.logFile, 'a', 0o600)
  try {
    const child = spawn(program, parameters, {
      cwd: definition.directory,
      env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', ...definition.environment },
      detached: true,
      shell: false,
      stdio: ['ignore', log, log],
    })
    const failure = new Promise<Error>(resolve => child.once('error', resolve))
    const startTime = child.pid === undefined ? undefined : startTimeOf(child.pid)
    if (child.pid === undefined || startTime === undefined)
      throw startFailed(definition, await failureOrExit(failure))
    const identity = { pid: child.pid, startTime }
    // In the same turn as the spawn: a starter killed between the two would leave a process that nobody knows.
    writeAtomically(definition.pidFile, JSON.stringify(identity))
    child.unref()
    return identity
  } finally {
    closeSync(log)
  }
}

/** A process that was over before its start time could be read has no error event; its log has the reason. */
async function failureOrExit(failure: Promise<Error>): Promise<Error | undefined> {
  return Promise.race([failure, delay(lookAgainMs, undefined)])
}

function writeAtomically(file: string, content: string): void {
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, content, { mode: 0o600 })
  renameSync(draft, file)
}

async function end(running: ProcessIdentity, graceMs: number): Promise<void> {
  signal(running, 'SIGTERM')
  if (await isGoneWithin(running, graceMs)) return
  signal(running, 'SIGKILL')
  if (await isGoneWithin(running, killedWithinMs)) return
  throw new CodedError(
    'target_rejected',
    `Process ${running.pid} is still there ${killedWithinMs / 1000} s after SIGKILL`,
    {
      fields: { ...running },
      hint: 'It hangs inside the kernel (state D in `ps`); look at the disk or mount it waits for.',
    },
  )
}

function signal(running: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): void {
  if (!isRunning(running)) return
  try {
    // Detached: the process leads a group of its own, so helpers it has started get the signal too.
    process.kill(-running.pid, name)
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

async function isGoneWithin(running: ProcessIdentity, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs
  while (isRunning(running)) {
    if (performance.now() >= until) return false
    await delay(lookAgainMs)
  }
  return true
}

function startFailed(definition: ProcessDefinition, cause: Error | undefined): CodedError {
  const reason = cause === undefined ? 'it ended at once' : cause.message
  return new CodedError(
    'target_rejected',
    `Starting ${definition.command.join(' ')} in ${definition.directory} failed: ${reason}`,
    {
      fields: { command: definition.command, directory: definition.directory },
      hint: `Check that the command and its folder exist; its output is in ${definition.logFile}.`,
      cause,
    },
  )
}

function lockLost(lockFile: string): CodedError {
  return new CodedError('target_unavailable', `Another start took ${lockFile} away`, { hint: 'Try again.' })
}
