import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTimeOf } from '../activities/targets/service/process-identity.mjs'

// A leftover has nobody waiting for its answers; five seconds let PostgreSQL write its checkpoint.
const TERM_GRACE_MS = 5_000
const POLL_MS = 25

type Entry = { name: string; pid: number; identity: string; stopSignal: NodeJS.Signals }

export type SpawnOptions = {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** stdout and stderr are appended to this file; without it stdout is a pipe for the caller. */
  logFile?: string
  /** The polite signal of this program. Default SIGTERM; PostgreSQL waits for its clients on SIGTERM, so it gets SIGINT. */
  stopSignal?: NodeJS.Signals
  uid?: number
  gid?: number
}

export type ProcessRegistry = {
  /** Starts a process that the next start can find again by pid and start time. */
  spawn(name: string, command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Ends what a killed parent left behind (polite signal, wait, KILL); returns the names of what was ended. */
  endLeftovers(): Promise<string[]>
  /** SIGKILL to every child, at once and without waiting: for the very end of the parent. */
  killAll(): void
}

/** The registry of one parent: one file, one writer. */
export function openProcessRegistry(file: string): ProcessRegistry {
  mkdirSync(dirname(file), { recursive: true })
  let entries: Entry[] = []

  function forget(pid: number) {
    entries = entries.filter(entry => entry.pid !== pid)
    write(file, entries)
  }

  return {
    spawn(name, command, args, options = {}) {
      const child = spawnLogged(command, args, options)
      const { pid } = child
      if (pid === undefined) return child
      // Same tick as the spawn: nothing can interrupt this process between the two except SIGKILL itself.
      const identity = startTimeOf(pid)
      if (identity !== undefined) {
        entries.push({ name, pid, identity, stopSignal: options.stopSignal ?? 'SIGTERM' })
        write(file, entries)
      }
      child.once('exit', () => forget(pid))
      return child
    },

    async endLeftovers() {
      const leftovers = read(file).filter(entry => isSame(entry))
      await Promise.all(leftovers.map(endLeftover))
      write(file, entries)
      return leftovers.map(entry => entry.name)
    },

    killAll() {
      for (const entry of entries) signalSame(entry, 'SIGKILL')
    },
  }
}

/** Resolves when the child is gone, to how it ended: `code 1` or `SIGKILL`. */
export function exitOf(child: ChildProcess): Promise<string> {
  const describe = () => child.signalCode ?? `code ${child.exitCode ?? 'unknown'}`
  if (hasEnded(child)) return Promise.resolve(describe())
  return new Promise(resolve => {
    child.once('exit', () => resolve(describe()))
    child.once('error', error => resolve(error.message))
  })
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}

/** Ends a child: polite signal, wait, KILL. Resolves when it is gone. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (hasEnded(child)) return
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(timer)
}

async function endLeftover(entry: Entry) {
  signalSame(entry, entry.stopSignal)
  const deadline = Date.now() + TERM_GRACE_MS
  while (isSame(entry) && Date.now() < deadline) await delay(POLL_MS)
  signalSame(entry, 'SIGKILL')
  while (isSame(entry)) await delay(POLL_MS)
}

function isSame(entry: Entry): boolean {
  return startTimeOf(entry.pid) === entry.identity
}

function signalSame(entry: Entry, signal: NodeJS.Signals) {
  if (!isSame(entry)) return
  try {
    process.kill(entry.pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function spawnLogged(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const { logFile, stopSignal: _, ...rest } = options
  const log = logFile === undefined ? undefined : openSync(logFile, 'a', 0o600)
  // Detached: Ctrl-C in a terminal reaches the whole process group, and the parent is the one who knows the order.
  const child = spawn(command, args, {
    ...rest,
    detached: true,
    stdio: ['ignore', log ?? 'pipe', log ?? 'inherit'],
  })
  if (log !== undefined) closeSync(log)
  return child
}

function read(file: string): Entry[] {
  try {
    // Written by `write` below and by nothing else; a half-written file cannot happen (rename).
    return JSON.parse(readFileSync(file, 'utf8')) as Entry[]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function write(file: string, entries: readonly Entry[]) {
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, file)
}
