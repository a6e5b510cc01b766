/** The runbook files of a folder, as they are sent to a service. */
import { statSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { limits } from '../../contracts/limits.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { counted } from '../narrate/narration.ts'
import { runbookFilesIn, unreadableRunbooks } from './files.ts'
import { readText } from './read-text.ts'

export interface FolderFile {
  /** Below the folder, with `/`. */
  file: string
  source: string
}

/** Throws `unreadable_file` for what is no folder with runbooks, `too_large` for more than a service takes at once. */
export async function readFolder(folder: string): Promise<FolderFile[]> {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found !== undefined && !found.isDirectory())
    throw unreadableRunbooks(folder, 'it is a file, and what a sync does not find is taken out of force')
  const paths = await runbookFilesIn(folder)
  if (paths.length === 0) throw unreadableRunbooks(folder, 'there is no .yaml file')
  if (paths.length > limits.runbooksPerSync)
    throw tooLarge(folder, counted(paths.length, 'runbook'), `${limits.runbooksPerSync} are taken`)
  const files = await Promise.all(
    paths.map(async path => ({
      file: relative(folder, path).split(sep).join('/'),
      source: (await readText(path)).text,
    })),
  )
  const bytes = Buffer.byteLength(JSON.stringify(files))
  if (bytes > limits.runbookSyncBytes)
    throw tooLarge(folder, mebibytes(bytes), `${mebibytes(limits.runbookSyncBytes)} are taken`)
  return files
}

function tooLarge(folder: string, has: string, limit: string): Failure {
  return new Failure('too_large', `${folder} has ${has}, and ${limit} at once.`, {
    hint: 'give the folder of the runbooks alone; what is no runbook does not belong there',
    exitCode: exitCodes.usage,
  })
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
