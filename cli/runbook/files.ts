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
  if (!found.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  return names
    .filter(isRunbookFile)
    .sort()
    .map(name => join(path, name))
}

export function unreadableRunbooks(path: string, reason: string): Failure {
  return new Failure('unreadable_file', `No runbooks could be read from ${path}: ${reason}.`, {
    hint: 'give the path of a runbook or of a folder with some',
    exitCode: exitCodes.usage,
  })
}
