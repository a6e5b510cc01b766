import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tryLock } from '../embedded/lock.mjs'
import { removePostgresData } from '../embedded/postgres-binaries.ts'
import { openProcessRegistry } from '../embedded/processes.ts'
import { describeSetupError, SetupError } from '../embedded/setup-error.ts'
import { onStopSignals } from '../embedded/stop-signals.ts'
import { rehearse } from './rehearsal.ts'

/** Exit codes of `npm run production:rehearse`: 0 everything went as it should, 1 something did not. */
const projectDir = dirname(dirname(fileURLToPath(import.meta.url)))
const home = join(projectDir, '.paramedic', 'production')
const folder = join(home, 'run')
const startedAt = Date.now()

process.exitCode = await main()
// A connection attempt of an interrupted run would keep the process alive.
setImmediate(() => process.exit())

async function main(): Promise<number> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const lock = tryLock(join(home, 'rehearsal.lock'))
  if ('holder' in lock) {
    say(`a rehearsal runs in this clone already (pid ${lock.holder.pid})`)
    return 1
  }
  const processes = openProcessRegistry(join(home, 'processes.json'))
  const ends: (() => Promise<void>)[] = []
  const signals = onStopSignals({
    first: signal => say(`${signal}: stopping; once more stops at once`),
    second: () => {
      processes.killAll()
      process.exit(1)
    },
  })
  try {
    await processes.endLeftovers()
    await removeRun()
    await mkdir(folder)
    const played = rehearse({
      projectDir,
      folder,
      keptDir: join(home, 'packages'),
      processes,
      say,
      onStarted: end => ends.push(end),
    })
    const isPlayed = await Promise.race([played.then(() => true), signals.stopped.then(() => false)])
    return isPlayed ? 0 : 1
  } catch (error) {
    say(`failed: ${describe(error)}\n  the logs are kept in ${join(folder, 'logs')}`)
    process.exitCode = 1
    return 1
  } finally {
    for (const end of ends.toReversed()) await end().catch((error: unknown) => say(String(error)))
    processes.killAll()
    say(`everything is stopped, ${Math.round((Date.now() - startedAt) / 1_000)} s after the start`)
    lock.release()
  }
}

/** Databases of the run before may lie elsewhere as well, see postgres-binaries.ts. */
async function removeRun(): Promise<void> {
  for (const name of ['postgres', 'temporal-postgres'])
    await removePostgresData(join(folder, 'containers', name, 'var/lib/postgresql'))
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

function describe(error: unknown): string {
  if (error instanceof SetupError) return describeSetupError(error)
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}; last: ${error.cause.message}` : error.message
}

function say(line: string): void {
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0).padStart(3)
  process.stdout.write(`rehearsal ${seconds} s: ${line}\n`)
}
