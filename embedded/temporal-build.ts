import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findGo, goEnvironment } from './go-program.ts'
import { waitForLock, type HeldLock } from './lock.mjs'
import { startProgress, type Progress } from './progress.mjs'
import { SetupError } from './setup-error.ts'

// Measured: 1.5 GB of modules, 2 GB of compiled packages, 150 MB of result.
const NEEDED_BYTES = 4.5 * 1024 ** 3
const STDERR_KEPT_CHARACTERS = 4_000
const NEXT = 'starting the servers'

/** What can be built of Temporal: its name for people, its Go package, and how long it takes on two cores (measured). */
const PROGRAMS = {
  server: {
    what: 'the Temporal server',
    absent: 'no Temporal server 1.32 or newer',
    goPackage: 'cmd/server',
    takes: '4 minutes',
  },
  schemaTool: {
    what: "Temporal's schema tool",
    absent: 'no schema tool of Temporal',
    goPackage: 'cmd/tools/sql',
    takes: '4 minutes',
  },
} as const

export type TemporalProgramName = keyof typeof PROGRAMS
type Program = (typeof PROGRAMS)[TemporalProgramName]

/**
 * Builds a program of Temporal's with Go, into `target`. One build at a time per user: a second process waits and then
 * finds it done. Nothing but the result stays on disk. Throws temporal_missing, temporal_build_failed.
 */
export async function buildTemporalProgram(options: {
  program: TemporalProgramName
  version: string
  target: string
  say(line: string): void
}): Promise<void> {
  const { version, target, say } = options
  const program = PROGRAMS[options.program]
  const folder = dirname(target)
  await mkdir(folder, { recursive: true })
  const lock = await buildLock(join(folder, 'build.lock'), program, say)
  const work = join(folder, 'build')
  try {
    if (existsSync(target)) return
    // What a killed build left behind.
    await rm(work, { recursive: true, force: true })
    await mkdir(work)
    const go = await findGo(work)
    if ('unusable' in go) throw missingGo(program, `${go.unusable} to build ${version} with`)
    await assertSpace(work)
    say(
      `building ${program.what} ${version} with ${go.path}, once for this user; about ${program.takes} on two cores`,
    )
    const progress = startProgress(`building ${program.what} ${version}`, NEXT)
    try {
      await compile(go.path, program, version, work)
      // Go names a program after the last part of its package.
      const built = join(work, 'bin', basename(program.goPackage))
      await chmod(built, 0o755)
      await rename(built, target)
      progress.done()
    } catch (error) {
      progress.failed()
      throw error
    }
  } finally {
    await rm(work, { recursive: true, force: true })
    lock.release()
  }
}

/** Taken, or waited for while another process of this user builds. */
async function buildLock(file: string, { what }: Program, say: (line: string) => void): Promise<HeldLock> {
  let waiting: Progress | undefined
  const lock = await waitForLock(file, pid => {
    say(`another process (pid ${pid}) builds a program of Temporal's already; waiting for it`)
    waiting = startProgress(`waiting for ${what}`, NEXT)
  })
  waiting?.done()
  return lock
}

function compile(go: string, program: Program, version: string, work: string): Promise<void> {
  const args = ['install', '-ldflags=-s -w', `go.temporal.io/server/${program.goPackage}@v${version}`]
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, {
      cwd: work,
      env: goEnvironment(work),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // The end of this process is the end of the build, which would go on for minutes.
    const stop = () => child.kill('SIGINT')
    process.once('exit', stop)
    child.once('close', () => process.removeListener('exit', stop))
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_KEPT_CHARACTERS)
    })
    child.once('error', error => reject(buildFailed(program, version, error.message)))
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else
        reject(buildFailed(program, version, `${stderr.trim()}\n(go ended with ${signal ?? `code ${code}`})`))
    })
  })
}

async function assertSpace(folder: string) {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= NEEDED_BYTES) return
  const gigabytes = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
  throw new SetupError(
    'temporal_build_failed',
    `Building a program of Temporal's needs ${gigabytes(NEEDED_BYTES)} GB for some minutes; ${folder} has ${gigabytes(free)} GB left.`,
    'free some space, or name another cache folder: XDG_CACHE_HOME=/path/with/space npm start',
  )
}

function missingGo({ absent }: Program, why: string): SetupError {
  return new SetupError(
    'temporal_missing',
    `There is ${absent} here, and ${why}.`,
    'Debian, Ubuntu: sudo apt-get install -y golang-go\n' +
      'Debian 12:      enable bookworm-backports, then sudo apt-get install -y -t bookworm-backports golang-go\n' +
      'Fedora:         sudo dnf install -y golang\n' +
      'macOS:          brew install go\n' +
      'any:            https://go.dev/dl\n' +
      'Or name a running server: PARAMEDIC_TEMPORAL_ADDRESS=host:7233',
  )
}

function buildFailed({ what }: Program, version: string, output: string): SetupError {
  return new SetupError(
    'temporal_build_failed',
    `Building ${what} ${version} failed. Go's last words:\n${output}`,
    'when it is the network: check HTTPS_PROXY and GOPROXY, then run the same command again.\n' +
      'Or name a running server: PARAMEDIC_TEMPORAL_ADDRESS=host:7233',
  )
}
