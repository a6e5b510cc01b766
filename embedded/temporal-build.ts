import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findOnPath } from './find-on-path.ts'
import { waitForLock } from './lock.mjs'
import { startProgress } from './progress.mjs'
import { SetupError } from './setup-error.ts'

// Measured: 1.5 GB of modules, 2 GB of compiled packages, 150 MB of result.
const NEEDED_BYTES = 4.5 * 1024 ** 3
const STDERR_KEPT_CHARACTERS = 4_000

/**
 * Builds the production server with Go, into `target`. One build at a time per user: a second process waits and then
 * finds it done. Nothing but the result stays on disk. Throws temporal_missing, temporal_build_failed.
 */
export async function buildTemporalServer(options: {
  version: string
  target: string
  say(line: string): void
}): Promise<void> {
  const { version, target, say } = options
  const folder = dirname(target)
  await mkdir(folder, { recursive: true })
  const lock = await waitForLock(join(folder, 'build.lock'), pid =>
    say(`another process (pid ${pid}) builds the Temporal server already; waiting for it`),
  )
  const work = join(folder, 'build')
  try {
    if (existsSync(target)) return
    // What a killed build left behind.
    await rm(work, { recursive: true, force: true })
    await mkdir(work)
    await assertSpace(work)
    const go = findOnPath('go') ?? missingGo(version)
    say(
      `building the Temporal server ${version} with ${go}, once for this user; about 4 minutes on two cores`,
    )
    const progress = startProgress(`building the Temporal server ${version}`, 'starting the servers')
    try {
      await compile(go, version, work)
      await chmod(join(work, 'bin', 'server'), 0o755)
      await rename(join(work, 'bin', 'server'), target)
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

function compile(go: string, version: string, work: string): Promise<void> {
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
  const args = ['install', '-ldflags=-s -w', `go.temporal.io/server/cmd/server@v${version}`]
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, { cwd: work, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_KEPT_CHARACTERS)
    })
    child.once('error', error => reject(buildFailed(version, error.message)))
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(buildFailed(version, `${stderr.trim()}\n(go ended with ${signal ?? `code ${code}`})`))
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
    `Building the Temporal server needs ${gigabytes(NEEDED_BYTES)} GB for some minutes; ${folder} has ${gigabytes(free)} GB left.`,
    'free some space, or name another cache folder: XDG_CACHE_HOME=/path/with/space npm start',
  )
}

function missingGo(version: string): never {
  throw new SetupError(
    'temporal_missing',
    `There is no Temporal server 1.32 or newer here, and no Go to build ${version} with.`,
    'Debian, Ubuntu: sudo apt-get install -y golang-go\n' +
      'Fedora:         sudo dnf install -y golang\n' +
      'macOS:          brew install go\n' +
      'Or name a running server: PARAMEDIC_TEMPORAL_ADDRESS=host:7233',
  )
}

function buildFailed(version: string, output: string): SetupError {
  return new SetupError(
    'temporal_build_failed',
    `Building the Temporal server ${version} failed. Go's last words:\n${output}`,
    'when it is the network: check HTTPS_PROXY and GOPROXY, then run the same command again.\n' +
      'Or name a running server: PARAMEDIC_TEMPORAL_ADDRESS=host:7233',
  )
}
