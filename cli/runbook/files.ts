/** Where runbooks are looked for: files, folders with their folders, and names. */
import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunbookFile } from '../../language/parse-runbook.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

export const usualFolder = 'runbooks'

/** The folder a command looks into when it is given none. */
export function runbookFolder(): string {
  return process.env['PARAMEDIC_RUNBOOKS'] ?? usualFolder
}

/** The runbooks at a path, by name: a file is one whatever it is called, a folder holds those below it. */
export async function runbookFilesIn(path: string): Promise<string[]> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw unreadableRunbooks(path, 'it does not exist')
  return found.isDirectory() ? filesBelow(path, isRunbookFile) : [path]
}

/** By name, those of its folders as well. */
export async function filesBelow(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names
    .filter(isWanted)
    .sort()
    .map(name => join(folder, name))
}

export function unreadableRunbooks(path: string, reason: string): Failure {
  return new Failure('unreadable_file', `No runbooks could be read from ${path}: ${reason}.`, {
    hint: 'give the path of a runbook or of a folder with some',
    exitCode: exitCodes.usage,
  })
}
