/** Runbooks of files and folders, each with what is wrong with it. */
import { readFileSync } from 'node:fs'
import type { Configured } from '../../language/configured.ts'
import type { Fault } from '../../language/fault.ts'
import { lintTogether } from '../../language/lint-together.ts'
import { type ParsedRunbook, parseRunbook } from '../../language/parse-runbook.ts'
import { runbookFilesIn, unreadableRunbooks } from '../runbook/files.ts'

export interface Linted {
  file: string
  text: string
  /** Missing when the file alone has faults. */
  sound?: Exclude<ParsedRunbook, { faults: Fault[] }>
  faults: Fault[]
}

/** Throws `unreadable_file` when a path does not exist or none of them has a runbook. */
export async function lintFiles(
  paths: readonly string[],
  configured: Configured | undefined,
): Promise<Linted[]> {
  const files = (await Promise.all(paths.map(runbookFilesIn))).flat()
  if (files.length === 0) throw unreadableRunbooks(paths.join(', '), 'there is no .yaml file')
  return withFaultsTogether(files.map(file => lintFile(file, configured)))
}

function lintFile(file: string, configured: Configured | undefined): Linted {
  const text = readFileSync(file, 'utf8')
  const parsed = parseRunbook(text, file, configured)
  if ('faults' in parsed) return { file, text, faults: parsed.faults }
  return { file, text, sound: parsed, faults: [] }
}

/** What a process refuses to hold side by side no single file shows. */
function withFaultsTogether(linted: readonly Linted[]): Linted[] {
  const faults = lintTogether(
    linted.flatMap(({ file, sound }) => (sound === undefined ? [] : [{ file, ...sound }])),
  )
  return linted.map(one => ({
    ...one,
    faults: [...one.faults, ...faults.filter(({ file }) => file === one.file)],
  }))
}
