import type { Command } from 'commander'
import { limits } from '../../contracts/limits.ts'
import type { RunbookFaultView, RunbookSyncView } from '../../contracts/runbook-views.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { runbookFolder, usualFolder } from '../runbook/files.ts'
import { type FolderFile, readFolder } from '../runbook/folder.ts'
import { countedChanges, tellFaults, tellSync } from '../runbook/tell-sync.ts'
import { counted } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'

interface Options {
  check?: true
  partial?: true
  expect?: string
}

export function define(noun: Command): void {
  const sync = noun
    .command('sync')
    .description('put exactly the runbooks of a folder in force, and say what that changes')
    .argument('[folder]', `default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
    .option('--check', 'only say what would change; exit with 1 when a sync would be refused')
    .option('--partial', 'hold back the files with faults; their last good versions stay in force')
    .option(
      '--expect <digest>',
      'change nothing unless exactly this is in force (from `runbook list --json`)',
    )
    .action((folder: string | undefined, options: Options, command: Command) =>
      inSession(command, session => syncRunbooks(session, folder ?? runbookFolder(), options)),
    )
  withExamples(
    sync,
    ['runbook sync runbooks --check', 'runbook sync runbooks', 'runbook sync runbooks --partial'],
    [
      'The service holds the files against its own configuration. With a fault nothing is changed, unless `--partial`. Runbooks in force that no file says are taken out; open incidents keep the version they have.',
    ],
  )
}

/** The service's own limit, and a little. */
const withinMs = limits.runbookSyncMs + 5_000

async function syncRunbooks(session: Session, folder: string, options: Options): Promise<ExitCode> {
  const files = await readFolder(folder)
  if (options.check) return checkRunbooks(session, folder, files, options)
  const { check: _, ...asked } = options
  const answer = await session
    .api()
    .put<RunbookSyncView>('/v1/runbooks', { files, ...asked }, withinMs)
    .catch((error: unknown) => {
      if (!session.isJson) session.terminal.print(tellFaults(faultsOf(error), files))
      throw error
    })
  if (session.isJson) session.printJson(answer)
  else {
    const sync = cleaned(answer)
    print(session, sync, files, verdict(session, sync, folder))
  }
  return exitCodes.ok
}

async function checkRunbooks(
  session: Session,
  folder: string,
  files: readonly FolderFile[],
  { partial }: Options,
): Promise<ExitCode> {
  const answer = await session.api().post<RunbookSyncView>('/v1/runbooks/check', { files }, withinMs)
  const isRefused = answer.faults.length > 0 && partial !== true
  if (session.isJson) session.printJson(answer)
  else {
    const sync = cleaned(answer)
    print(session, sync, files, foresight(session, sync, { folder, isRefused, partial }))
  }
  return isRefused ? exitCodes.refused : exitCodes.ok
}

function print(
  { terminal }: Session,
  sync: RunbookSyncView,
  files: readonly FolderFile[],
  said: readonly string[],
): void {
  const lines = tellSync(sync, files, { paint: terminal.paint, width: terminal.width() })
  terminal.print([...lines, ...(lines.length > 0 ? [''] : []), ...said])
}

function verdict({ terminal: { paint } }: Session, sync: RunbookSyncView, folder: string): string[] {
  const heldBack = sync.faultyFiles.length
  const beside = heldBack === 0 ? '' : ` ${heldBack} held back.`
  if (sync.changes.length === 0)
    return [
      heldBack === 0
        ? paint.good(`Nothing changed: what ${folder} says is in force already.`)
        : paint.attention(`Nothing changed.${beside}`),
    ]
  const said = `In force from now on: ${countedChanges(sync)}.${beside}`
  return [
    heldBack === 0 ? paint.good(said) : paint.attention(said),
    ...keeping(sync),
    paint.command('npx paramedic runbook list'),
  ]
}

function keeping({ openIncidents }: RunbookSyncView): string[] {
  if (openIncidents === 0) return []
  const keep = openIncidents === 1 ? 'keeps its version' : 'keep their versions'
  return [
    `${counted(openIncidents, 'open incident')} ${keep}, until somebody moves it: npx paramedic incident list --open`,
  ]
}

function foresight(
  { terminal: { paint } }: Session,
  sync: RunbookSyncView,
  { folder, isRefused, partial }: { folder: string; isRefused: boolean; partial: true | undefined },
): string[] {
  const again = `npx paramedic runbook sync ${asTyped(folder)}`
  if (isRefused)
    return [
      paint.bad(`It would be refused for these faults; with the other files alone: ${countedChanges(sync)}.`),
      paint.command(`${again} --partial`),
    ]
  if (sync.changes.length === 0) return [paint.good(`Nothing would change: what ${folder} says is in force.`)]
  return [
    `It would change: ${countedChanges(sync)}.`,
    ...keeping(sync),
    paint.command(`${again}${partial ? ' --partial' : ''} --expect ${sync.before}`),
  ]
}

/** The faults for which a service refused. */
function faultsOf(error: unknown): RunbookFaultView[] {
  if (!(error instanceof Failure) || error.code !== 'invalid_runbook') return []
  const faults = error.reply?.error.fields?.['faults']
  return Array.isArray(faults) ? faults.filter(isFault) : []
}

function isFault(value: unknown): value is RunbookFaultView {
  if (typeof value !== 'object' || value === null) return false
  const texts = ['file', 'message'].map(key => (value as Record<string, unknown>)[key])
  const numbers = ['line', 'column'].map(key => (value as Record<string, unknown>)[key])
  return texts.every(text => typeof text === 'string') && numbers.every(number => typeof number === 'number')
}
