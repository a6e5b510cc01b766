import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findOnPath } from './find-on-path.ts'

// The first that fetches the toolchain a module asks for: https://go.dev/doc/toolchain
const OLDEST = { major: 1, minor: 21 }

/**
 * The Go of this machine, or the words for why there is none that could fetch a newer one. `folder` takes what Go leaves when
 * it is asked for its version.
 */
export async function findGo(folder: string): Promise<{ path: string } | { unusable: string }> {
  const path = findOnPath('go')
  if (path === undefined) return { unusable: 'no Go' }
  const found = await versionOf(path, folder)
  if (found === undefined) return { unusable: `no Go (${path} does not say which it is)` }
  const isEnough = found.major > OLDEST.major || found.minor >= OLDEST.minor
  if (isEnough) return { path }
  const [its, needed] = [found, OLDEST].map(({ major, minor }) => `${major}.${minor}`)
  return { unusable: `no Go ${needed} or newer (${path} is ${its})` }
}

/** What Go is run with, so that everything it writes is in `folder` and the user's settings change nothing in the result. */
export function goEnvironment(folder: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...withoutTraces(folder),
    GOPATH: join(folder, 'path'),
    GOMODCACHE: join(folder, 'modules'),
    GOCACHE: join(folder, 'compiled'),
    GOTMPDIR: folder,
    GOBIN: join(folder, 'bin'),
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
  return env
}

/**
 * Go counts how it is used in the user's configuration folder (https://go.dev/doc/telemetry), beside what he has set by
 * `go env -w`: the one goes into `folder`, the other is still read. macOS has no variable for that folder.
 */
function withoutTraces(folder: string): NodeJS.ProcessEnv {
  if (process.platform === 'darwin') return {}
  const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  return { XDG_CONFIG_HOME: folder, GOENV: process.env['GOENV'] || join(config, 'go', 'env') }
}

async function versionOf(go: string, folder: string): Promise<{ major: number; minor: number } | undefined> {
  // Not the version that the project in this folder would switch to.
  const env = { ...process.env, ...withoutTraces(folder), GOTOOLCHAIN: 'local' }
  const stdout = await promisify(execFile)(go, ['version'], { timeout: 10_000, env }).then(
    answer => answer.stdout,
    () => '',
  )
  // "go version go1.26.8 linux/amd64"
  const match = /\bgo(\d+)\.(\d+)/.exec(stdout)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) }
}
