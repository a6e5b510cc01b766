/** A process of ours as a test sees it: what it says, and the signals it gets. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFailed } from 'vitest'
import { eventually } from './incident-harness.ts'

export interface Child {
  readonly pid: number
  /** Resolves when it has written these words; rejects when it ended instead. */
  says(words: string, withinMs?: number): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Resolves when it is gone, to its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Ends it for good, frozen or not. */
  kill(): Promise<void>
}

/** Where a process stops itself; see pause-at-statement.ts. */
export interface Fault {
  pause: string
  when?: 'before' | 'after'
  /** At the how many-th time the statement comes. Default 1. */
  nth?: number
  /** Only in a transaction that has had this other statement. */
  within?: string
}

/** Starts a script beside this file with these variables and no others but PATH. A test that fails shows the end of what it wrote. */
export function startChild(script: string, variables: Record<string, string>, fault?: Fault): Child {
  const faulty: Record<string, string> =
    fault === undefined
      ? {}
      : {
          FAULTY_PAUSE: fault.pause,
          FAULTY_WHEN: fault.when ?? 'before',
          FAULTY_NTH: String(fault.nth ?? 1),
          ...(fault.within === undefined ? {} : { FAULTY_WITHIN: fault.within }),
        }
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], {
    env: { PATH: process.env['PATH'], ...variables, ...faulty },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  const ended = exitOf(child)
  onTestFailed(() => {
    const state = hasEnded(child) ? `ended with ${child.signalCode ?? child.exitCode}` : 'runs'
    console.error(`${script} (${child.pid}) ${state}; the end of what it wrote:\n${output.slice(-4_000)}`)
  })
  return {
    // Spawned from an executable that exists: it has one.
    pid: child.pid!,
    ended,
    async says(words, withinMs = 60_000) {
      await eventually(async () => {
        if (output.includes(words)) return true
        if (hasEnded(child)) throw new Error(`${script} ended with ${await ended}: ${output}`)
        return false
      }, withinMs)
    },
    signal: signal => void child.kill(signal),
    async kill() {
      if (!hasEnded(child)) child.kill('SIGKILL')
      await ended
    },
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise(resolve => child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)))
}
