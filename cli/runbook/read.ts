/** One runbook that a person means: by its name, by its file, or from a pipe. */
import { readFileSync, statSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import type { Runbook } from '../../contracts/runbook.ts'
import type { Fault } from '../../language/fault.ts'
import { formatFault } from '../../language/format-fault.ts'
import { nearestName } from '../../language/nearest-name.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { counted } from '../narrate/narration.ts'
import type { Session } from '../session.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { runbookFilesIn, runbookFolder } from './files.ts'

export interface RunbookFile {
  file: string
  text: string
  runbook: Runbook
  hash: string
}

interface FaultyFile {
  file: string
  text: string
  faults: Fault[]
}

/** A word of a command line that means a runbook, for its help. */
export const runbookArgument = 'its name, its file, or `-` for standard input'

/** Reads the runbook of that name or file; the faults of one that is not valid are the caller's to tell. */
export async function readRunbook(given: string): Promise<RunbookFile | FaultyFile> {
  if (given === '-') return parsed('standard input', await textOf(process.stdin))
  const found = statSync(given, { throwIfNoEntry: false })
  if (found !== undefined && !found.isDirectory()) return parsed(given, readFileSync(given, 'utf8'))
  return named(given)
}

/** Every runbook of these files and folders; without any, of the usual folder. */
export async function readRunbooks(paths: readonly string[]): Promise<(RunbookFile | FaultyFile)[]> {
  const files = await Promise.all((paths.length > 0 ? paths : [runbookFolder()]).map(runbookFilesIn))
  return files.flat().map(file => parsed(file, readFileSync(file, 'utf8')))
}

/** Tells what is wrong with the runbooks somebody asked about. */
export function tellFaults({ terminal, isJson, printJson }: Session, faulty: readonly FaultyFile[]): void {
  if (isJson) {
    printJson({ runbooks: faulty.map(({ file, faults }) => ({ file, faults })) })
    return
  }
  for (const { file, text, faults } of faulty) {
    for (const fault of faults) terminal.print([...formatFault(fault, text).split('\n'), ''])
    const isFile = statSync(file, { throwIfNoEntry: false }) !== undefined
    terminal.print([
      terminal.paint.bad(`${counted(faults.length, 'fault')} in ${file}: mend the runbook first.`),
      ...(isFile ? [terminal.paint.command(`npx paramedic runbook lint ${asTyped(file)}`)] : []),
    ])
  }
}

/** A file whose runbook is not valid has no name, except that people call it like its runbook. */
async function named(name: string): Promise<RunbookFile | FaultyFile> {
  const folder = runbookFolder()
  const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined
  const files = isThere ? await runbookFilesIn(folder) : []
  const all = files.map(file => parsed(file, readFileSync(file, 'utf8')))
  const isMeant = (one: RunbookFile | FaultyFile): boolean =>
    'runbook' in one ? one.runbook.name === name : baseName(one.file) === name
  const [found, other] = all.filter(isMeant)
  if (found === undefined) throw unknown(name, folder, all)
  if (other !== undefined) throw ambiguous(name, found.file, other.file)
  return found
}

function parsed(file: string, text: string): RunbookFile | FaultyFile {
  const read = parseRunbook(text, file)
  return 'faults' in read ? { file, text, faults: read.faults } : { file, text, ...read }
}

function baseName(file: string): string {
  return file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '')
}

function unknown(name: string, folder: string, all: readonly (RunbookFile | FaultyFile)[]): Failure {
  const names = all.map(one => ('runbook' in one ? one.runbook.name : baseName(one.file)))
  const nearest = nearestName(name, names)
  const known = names.length === 0 ? `there is none in ${folder}/` : `in ${folder}/: ${names.join(', ')}`
  return new Failure('unreadable_file', `There is no runbook ${name}, as a file or by its name.`, {
    hint: nearest === undefined ? known : `did you mean ${nearest}?\n${known}`,
    exitCode: exitCodes.usage,
  })
}

function ambiguous(name: string, one: string, other: string): Failure {
  return new Failure('ambiguous', `The runbook ${name} is in ${one} and in ${other}.`, {
    hint: 'give the file that you mean',
    exitCode: exitCodes.usage,
  })
}
