import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isCodedError } from '../contracts/coded-error.ts'
import { openDataFolder, removeData } from './data-folder.ts'
import { endLeftoverShop } from './leftover-shop.ts'
import { tryLock } from './lock.mjs'
import { describeSetupError, SetupError } from './setup-error.ts'
import { onStopSignals } from './stop-signals.ts'
import { startEverything } from './start-everything.ts'
import { openProcessRegistry } from './processes.ts'
import { printAboveProgress, startProgress } from './progress.mjs'
import { createStopList } from './stop-list.ts'

/** Exit codes of `npm start`: 0 stopped by a signal or running already, 1 something could not start, 2 wrong arguments. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const

const LEFTOVER_GRACE_MS = 2_000

const USAGE = `npm start [-- --reset]

Starts Paramedic with everything it needs: PostgreSQL, Temporal, Redis, and a sandbox to break.
  --reset   first removes all data and logs in .paramedic/ of this clone`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find(arg => arg !== '--reset' && arg !== '--help')
  if (unknown !== undefined) say(`${unknown} is not an option.\n`)
  if (unknown !== undefined || args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    return unknown === undefined ? EXIT.ok : EXIT.usage
  }
  const projectDir = dirname(dirname(fileURLToPath(import.meta.url)))
  const folder = await openDataFolder(projectDir)
  const lock = tryLock(folder.lock)
  if ('holder' in lock) return alreadyRuns(lock.holder.pid, args.includes('--reset'))

  const processes = openProcessRegistry(folder.processes)
  const stopList = createStopList(say)
  const signals = onStopSignals({
    first: signal => say(`${signal}: stopping; once more stops at once`),
    second: () => {
      processes.killAll()
      void endLeftoverShop(folder.path, 0).finally(() => process.exit(EXIT.failed))
    },
  })
  try {
    const progress = startProgress('ending what an earlier start left behind')
    const leftovers = await processes.endLeftovers()
    if (await endLeftoverShop(folder.path, LEFTOVER_GRACE_MS)) leftovers.push('shop')
    progress.end()
    if (leftovers.length > 0) say(`ended what an earlier start left behind: ${leftovers.join(', ')}`)
    if (args.includes('--reset')) {
      await removeData(folder)
      say(`removed all data in ${folder.path}`)
    }
    const started = startEverything({ projectDir, folder, processes, stopList, env: process.env, say })
    // Ctrl-C during the start does not wait for the start to finish.
    await Promise.race([started, signals.stopped])
    await signals.stopped
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof Error)) throw error
    say(describe(error))
    return EXIT.failed
  } finally {
    const progress = startProgress('stopping')
    await stopList.stopAll()
    progress.end()
    // Whatever was still starting.
    processes.killAll()
    lock.release()
    say('stopped')
    // A build or a connection attempt of an interrupted start would keep the process alive.
    setImmediate(() => process.exit())
  }
}

function alreadyRuns(pid: number, isReset: boolean): number {
  say(
    `Paramedic runs in this clone already (pid ${pid}). Ctrl-C where it was started stops it, or kill ${pid}.`,
  )
  if (!isReset) return EXIT.ok
  say('Nothing was removed. Stop it first, then repeat the command.')
  return EXIT.failed
}

function describe(error: Error): string {
  if (error instanceof SetupError) return describeSetupError(error)
  return isCodedError(error)
    ? `${error.message}\n  what to do: ${error.hint}\n  code: ${error.code}`
    : error.message
}

function say(line: string) {
  printAboveProgress(`paramedic: ${line}`)
}
