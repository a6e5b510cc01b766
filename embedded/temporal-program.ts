import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './cache-folder.ts'
import { findOnPath } from './find-on-path.ts'
import { buildTemporalProgram } from './temporal-build.ts'

/** Time skipping came with 1.32; tests and drills need it. 1.32.2 wants a newer Go. */
export const TEMPORAL_VERSION = '1.32.1'
const MINIMUM = { major: 1, minor: 32 }

/** `server` is the production server, `cli` the developer server inside the `temporal` command. */
export type TemporalProgram = { kind: 'server' | 'cli'; path: string }

/**
 * The Temporal server of this machine: `temporal` on PATH, the one kept in the cache folder, else built with Go.
 * A candidate that is too old is named with its version and passed over. The download the Temporal SDK offers is not
 * tried: it fetches the same `temporal` command, whose newest release holds server 1.29 (measured: CLI 1.5.1).
 */
export async function findTemporalProgram(options: { say?(line: string): void }): Promise<TemporalProgram> {
  const say = options.say ?? (line => process.stderr.write(`paramedic: ${line}\n`))
  const onPath = findOnPath('temporal')
  if (onPath !== undefined) {
    const reason = await whyNot(onPath)
    if (reason === undefined) return { kind: 'cli', path: onPath }
    say(`${onPath} is not used: ${reason}`)
  }
  return { kind: 'server', path: await findTemporalServer(say) }
}

/** The production server, whose store is configured; built when missing. */
export async function findTemporalServer(say: (line: string) => void): Promise<string> {
  const built = builtServerPath()
  if (!existsSync(built)) {
    await buildTemporalProgram({ program: 'server', version: TEMPORAL_VERSION, target: built, say })
  }
  return built
}

/** Where the built server is, or will be. */
function builtServerPath(): string {
  return builtPath('temporal-server')
}

/** Temporal's own tool that makes and updates the schema of a SQL store; kept beside the server, built when missing. */
export async function findSchemaTool(say: (line: string) => void): Promise<string> {
  const target = builtPath('temporal-sql-tool')
  if (!existsSync(target)) {
    await buildTemporalProgram({ program: 'schemaTool', version: TEMPORAL_VERSION, target, say })
  }
  return target
}

function builtPath(program: string): string {
  return join(cacheFolder(), 'temporal-server', TEMPORAL_VERSION, program)
}

/** Why the `temporal` command at this path cannot be used; undefined when it can. */
async function whyNot(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 5_000 })
    // "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"
    const match = /Server (\d+)\.(\d+)\.\d+/.exec(stdout)
    if (match === null) return `it does not say which server it holds: ${stdout.trim()}`
    const [major, minor] = [Number(match[1]), Number(match[2])]
    const isEnough = major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor)
    return isEnough
      ? undefined
      : `it holds server ${major}.${minor}, needed is ${MINIMUM.major}.${MINIMUM.minor}`
  } catch (error) {
    return `it does not run: ${error instanceof Error ? error.message : String(error)}`
  }
}
