/** The folder of runbooks that a worker starts with. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from 'pino'
import { hashOf } from '../contracts/canonical-json.ts'
import { CodedError } from '../contracts/coded-error.ts'
import type { Fault } from '../language/fault.ts'
import { isRunbookFile } from '../language/parse-runbook.ts'
import {
  isDefault,
  type ReadFile,
  readRunbookFile,
  type Settled,
  settleRunbooks,
  wholeFolder,
} from '../language/settle-runbooks.ts'
import { changeInForce } from '../store/change-in-force.ts'
import type { Pool } from '../store/database.ts'
import { readFaultyFiles } from '../store/runbooks-in-force.ts'

export interface RunbookFolder {
  directory: string
  files: ReadFile[]
}

/** Reads every runbook below a folder, good or faulty. Never throws: what cannot be read is a fault too. */
export async function readRunbookFolder(directory: string): Promise<RunbookFolder> {
  let names: string[]
  try {
    names = (await readdir(directory, { recursive: true })).filter(isRunbookFile).toSorted()
  } catch (error) {
    return { directory, files: [unreadable(wholeFolder, `the folder cannot be read: ${reasonOf(error)}`)] }
  }
  if (names.length === 0)
    return { directory, files: [unreadable(wholeFolder, 'the folder has no file that is a runbook')] }
  const files: ReadFile[] = []
  for (const name of names) {
    const file = name.split(path.sep).join('/')
    try {
      files.push(readRunbookFile(file, await readFile(path.join(directory, name), 'utf8')))
    } catch (error) {
      files.push(unreadable(file, `the file cannot be read: ${reasonOf(error)}`))
    }
  }
  return { directory, files }
}

/**
 * Puts the runbooks of the folder in force, unless a start did so with this very folder: what came by a sync since then stays.
 * Throws `invalid_runbook` when no runbook `default` could be in force.
 */
export async function putFolderInForce(
  pool: Pool,
  { directory, files }: RunbookFolder,
  log: Pick<Logger, 'info' | 'error'>,
): Promise<void> {
  const folder = fingerprintOf(files)
  const changed = await changeInForce(pool, { way: 'start', by: 'paramedic', atMs: Date.now() }, now => {
    if (now.folder === folder) return undefined
    const settled = settleRunbooks(files, now.runbooks)
    if (!settled.inForce.some(isDefault)) throw withoutDefault(directory, settled)
    return { ...settled, folder }
  })
  for (const { name, change, before, after } of changed?.changes ?? [])
    log.info({ name, change, before: before?.hash, hash: after?.hash }, 'a runbook in force has changed')
  for (const { file, told, keeps } of await readFaultyFiles(pool))
    log.error({ file, keeps, told }, 'a runbook file has faults and is not in force')
}

/** Of what is written, and of whether this version of Paramedic takes it. */
function fingerprintOf(files: readonly ReadFile[]): string {
  return hashOf(
    files.map(({ file, source, parsed }) => [
      file,
      createHash('sha256').update(source).digest('hex'),
      'hash' in parsed ? parsed.hash : 'faulty',
    ]),
  )
}

function withoutDefault(directory: string, { heldBack }: Settled): CodedError {
  const told = heldBack.map(one => one.told).join('\n')
  return new CodedError(
    'invalid_runbook',
    `The runbooks in ${directory} cannot be put in force: none of them is \`default\`, and alerts that no other one matches would wait for ever.\n${told}`,
  )
}

function unreadable(file: string, message: string): ReadFile {
  const fault: Fault = { file, line: 1, column: 1, code: 'yaml', message }
  return { file, source: '', parsed: { faults: [fault] } }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
