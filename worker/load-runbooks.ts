import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { CodedError } from '../contracts/coded-error.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import type { Fault } from '../language/fault.ts'
import { formatFault } from '../language/format-fault.ts'
import { lintTogether, type Neighbour } from '../language/lint-together.ts'
import { isRunbookFile, parseRunbook } from '../language/parse-runbook.ts'
import type { Pool } from '../store/database.ts'
import { saveRunbookVersion } from '../store/runbooks.ts'

export interface RunbookFile extends LoadedRunbook {
  file: string
  source: string
}

/** Reads every runbook below a folder. Throws `invalid_runbook` with every fault of every file. */
export async function readRunbooks(directory: string): Promise<RunbookFile[]> {
  const names = (await readdir(directory, { recursive: true })).filter(isRunbookFile)
  const sources = new Map<string, string>()
  const read: (RunbookFile & Neighbour)[] = []
  const faults: Fault[] = []
  for (const name of names.toSorted()) {
    const file = path.join(directory, name)
    const source = await readFile(file, 'utf8')
    sources.set(file, source)
    const parsed = parseRunbook(source, file)
    if ('faults' in parsed) faults.push(...parsed.faults)
    else read.push({ ...parsed, file, source })
  }
  faults.push(...lintTogether(read))
  if (faults.length > 0) {
    const told = faults.map(fault => formatFault(fault, sources.get(fault.file) ?? '')).join('\n')
    throw new CodedError('invalid_runbook', `Runbooks in ${directory} have faults:\n${told}`)
  }
  return read
}

/** Keeps every version that incidents may start with. */
export async function keepVersions(pool: Pool, files: readonly RunbookFile[]): Promise<void> {
  for (const { hash, runbook, source } of files) await saveRunbookVersion(pool, { hash, runbook, source })
}
