import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { CodedError } from '../contracts/coded-error.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { formatFault } from '../language/format-fault.ts'
import { parseRunbook } from '../language/parse-runbook.ts'
import type { Pool } from '../store/database.ts'
import { saveRunbookVersion } from '../store/runbooks.ts'

export interface RunbookFile extends LoadedRunbook {
  file: string
  source: string
}

/** Reads every runbook below a folder. Throws `invalid_runbook` with every fault of every file. */
export async function readRunbooks(directory: string): Promise<RunbookFile[]> {
  const names = (await readdir(directory, { recursive: true })).filter(
    name => /\.ya?ml$/.test(name) && !/\.drill\.ya?ml$/.test(name),
  )
  const files: RunbookFile[] = []
  const faults: string[] = []
  for (const name of names.toSorted()) {
    const file = path.join(directory, name)
    const source = await readFile(file, 'utf8')
    const parsed = parseRunbook(source, file)
    const twin = 'runbook' in parsed && files.find(other => other.runbook.name === parsed.runbook.name)
    if (twin) faults.push(`${file}: the name ${twin.runbook.name} is taken by ${twin.file}`)
    else if ('faults' in parsed) faults.push(...parsed.faults.map(fault => formatFault(fault, source)))
    else files.push({ runbook: parsed.runbook, hash: parsed.hash, file, source })
  }
  if (faults.length > 0)
    throw new CodedError('invalid_runbook', `Runbooks in ${directory} have faults:\n${faults.join('\n')}`)
  return files
}

/** Keeps every version that incidents may start with. */
export async function keepVersions(pool: Pool, files: readonly RunbookFile[]): Promise<void> {
  for (const { hash, runbook, source } of files) await saveRunbookVersion(pool, { hash, runbook, source })
}
