/** `npm run bench`: starts servers of its own, measures part by part, prints the table and keeps the results. */
import { statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgress } from '../embedded/progress.mjs'
import { describeSetupError, SetupError } from '../embedded/setup-error.ts'
import { onStopSignals } from '../embedded/stop-signals.ts'
import type { Figure } from './figure.ts'
import { describeMachine } from './machine.ts'
import { accept } from './parts/accept.ts'
import { drills } from './parts/drills.ts'
import { history } from './parts/history.ts'
import { latency } from './parts/latency.ts'
import { memory } from './parts/memory.ts'
import type { Part } from './parts/part.ts'
import { throughput } from './parts/throughput.ts'
import { changesOf, machineText, tableOf } from './report.ts'
import { compare, missedAims, readResults, type Results } from './results.ts'
import { type PartName, readSettings, type Settings, usage } from './settings.ts'
import { startPatient } from './world/patient.ts'
import { openRun, startServers, versionsOf } from './world/servers.ts'

const projectDir = dirname(dirname(fileURLToPath(import.meta.url)))
const parts: Record<PartName, Part> = { accept, latency, history, throughput, memory, drills }
/** 0 also when an aim is missed: a noisy machine is no failure of the program. */
const exitCodes = { measured: 0, failed: 1, usage: 2, stopped: 130 } as const

process.exitCode = await main(process.argv.slice(2))
// Clients that were cut off in the middle of a part may still hold sockets.
setImmediate(() => process.exit())

async function main(args: string[]): Promise<number> {
  let settings: Settings | 'help'
  try {
    settings = readSettings(args)
  } catch (error) {
    say(`${sentence(error)}\n\n${usage}`)
    return exitCodes.usage
  }
  if (settings === 'help') {
    process.stdout.write(`${usage}\n`)
    return exitCodes.measured
  }
  const run = await openRun(projectDir)
  const { stopped } = onStopSignals({
    first: signal => say(`${signal}: ending what was started`),
    second: () => process.exit(exitCodes.stopped),
  })
  try {
    const measured = measure(settings, run).then(() => exitCodes.measured)
    return await Promise.race([measured, stopped.then(() => exitCodes.stopped)])
  } catch (error) {
    say(sentence(error))
    return exitCodes.failed
  } finally {
    await run.remove()
  }
}

async function measure(settings: Settings, run: Awaited<ReturnType<typeof openRun>>): Promise<void> {
  // Read first: a wrong name is to be said before minutes have passed.
  const baseline = settings.baseline === undefined ? undefined : await readResults(settings.baseline)
  const startedAt = new Date().toISOString()
  const servers = await during('the servers', () => startServers(run.folder, run.processes))
  const machine = await describeMachine(await versionsOf(servers))
  process.stdout.write(`${machineText(machine)}\n\n`)
  const patient = await startPatient()
  const figures: Figure[] = []
  const results: Results = { format: 1, startedAt, isQuick: settings.isQuick, machine, figures }
  for (const name of settings.parts) {
    const { isQuick, profile } = settings
    const found = await during(name, () => parts[name]({ servers, patient, isQuick, profile }))
    figures.push(...found)
    process.stdout.write(`${tableOf(found)}\n\n`)
    // After each part: a run that is stopped keeps what it has measured.
    await keep(settings, results)
  }
  await patient.stop()
  conclude(results, baseline)
  process.stdout.write(`Kept in ${fileOf(settings, results)}\n`)
}

function fileOf({ output }: Settings, { startedAt }: Results): string {
  const name = `${startedAt.replaceAll(':', '').slice(0, 17)}.json`
  if (output === undefined) return join(projectDir, '.paramedic', 'bench', name)
  return isFolder(output) ? join(output, name) : output
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

async function keep(settings: Settings, results: Results): Promise<void> {
  const file = fileOf(settings, results)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
}

function conclude(results: Results, baseline: Results | undefined): void {
  if (baseline !== undefined)
    process.stdout.write(`Since ${baseline.startedAt}:\n${changesOf(compare(baseline, results))}\n\n`)
  const missed = missedAims(results)
  const verdict = missed.length === 0 ? 'Every aim was met.' : `Missed: ${missed.join(', ')}.`
  const caution = results.isQuick ? ' This was --quick: it shows that the bench works, and nothing else.' : ''
  process.stdout.write(`${verdict}${caution}\n`)
}

async function during<T>(what: string, work: () => Promise<T>): Promise<T> {
  const progress = startProgress(`bench: ${what}`)
  try {
    const result = await work()
    progress.done()
    return result
  } catch (error) {
    progress.failed()
    throw error
  }
}

function sentence(error: unknown): string {
  if (error instanceof SetupError) return describeSetupError(error)
  return error instanceof Error ? error.message : String(error)
}

function say(line: string): void {
  process.stderr.write(`paramedic: bench: ${line}\n`)
}
