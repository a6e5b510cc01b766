import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findOnPath } from './find-on-path.ts'
import { waitForLock, type HeldLock } from './lock.mjs'
import { startProgress, type Progress } from './progress.mjs'
import { SetupError } from './setup-error.ts'

// Measured: 1.5 GB of modules, 2 GB of compiled packages, 150 MB of result.
const NEEDED_BYTES = 4.5 * 1024 ** 3
const STDERR_KEPT_CHARACTERS = 4_000
const NEXT = 'starting the servers'
// The first that fetches the toolchain a module asks for: https://go.dev/doc/toolchain
const OLDEST_GO = { major: 1, minor: 21 }
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
    const go = await findGo(program, version)
    // What a killed build left behind.
    await rm(work, { recursive: true, force: true })
    await mkdir(work)
    await assertSpace(work)
    say(
      `building ${program.what} ${version} with ${go}, once for this user; about ${program.takes} on two cores`,
    )
    const progress = startProgress(`building ${program.what} ${version}`, NEXT)
    try {
      await compile(go, program, version, work)
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
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    GOPATH: join(work, 'path'),
    GOMODCACHE: join(work, 'modules'),
    GOCACHE: join(work, 'compiled'),
    GOTMPDIR: work,
    GOBIN: join(work, 'bin'),
    // The user's own flags may say -mod=vendor or a race detector; -modcacherw so that the modules can be deleted.
    GOFLAGS: '-modcacherw -buildvcs=false',
    GOWORK: 'off',
    GO111MODULE: 'on',
    // Lets an older Go fetch the one this version asks for.
    GOTOOLCHAIN: 'auto',
    CGO_ENABLED: '0',
  }
  // Cross-compiling settings of the user would give a program that does not run here.
  for (const name of ['GOOS', 'GOARCH', 'GOAMD64', 'GOARM64', 'GOEXPERIMENT']) delete env[name]
  const args = ['install', '-ldflags=-s -w', `go.temporal.io/server/${program.goPackage}@v${version}`]
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, { cwd: work, env, stdio: ['ignore', 'ignore', 'pipe'] })
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

/** Throws temporal_missing when there is no Go that can fetch the newer one which this version asks for. */
async function findGo(program: Program, version: string): Promise<string> {
  const go = findOnPath('go')
  if (go === undefined) throw missingGo(program, `no Go to build ${version} with`)
  const found = await versionOfGo(go)
  if (found === undefined) throw missingGo(program, `${go} does not say which version it is`)
  const isEnough = found.major > OLDEST_GO.major || found.minor >= OLDEST_GO.minor
  if (isEnough) return go
  const names = [found, OLDEST_GO].map(({ major, minor }) => `${major}.${minor}`)
  throw missingGo(program, `${go} is Go ${names[0]}, too old to build ${version} (needed is ${names[1]})`)
}

async function versionOfGo(go: string): Promise<{ major: number; minor: number } | undefined> {
  // "go version go1.26.8 linux/amd64"; GOTOOLCHAIN, because a project's own setting may not be to be had.
  const env = { ...process.env, GOTOOLCHAIN: 'local' }
  const stdout = await promisify(execFile)(go, ['version'], { timeout: 10_000, env }).then(
    answer => answer.stdout,
    () => '',
  )
  const match = /\bgo(\d+)\.(\d+)/.exec(stdout)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) }
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
