/** Drills of files and folders, each beside the runbook it rehearses. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Drill } from '../../contracts/drill.ts'
import type { Fault, Path } from '../../language/fault.ts'
import { isDrillFile, type LineOf, parseDrills } from '../../language/parse-drill.ts'
import { isRunbookFile, parseRunbook } from '../../language/parse-runbook.ts'
import type { RehearsedRunbook } from '../../rehearsal/drill-set.ts'
import { filesBelow } from '../runbook/files.ts'
import { drillsBeside, runbookBeside, unreadableDrills } from './beside.ts'

/** A runbook with the drills that are written for it. */
export interface DrilledRunbook {
  loaded: RehearsedRunbook
  /** Undefined where none are written. */
  file: string | undefined
  drills: Drill[]
  lineOf: LineOf
  /** Why a change of the runbook need not be noticed, by its id. */
  survivors: Readonly<Record<string, string>>
  /** Where the runbook says what is at this path of it. */
  lineOfRunbook(path: Path): { line: number; column: number }
}

export interface FaultyFile {
  file: string
  text: string
  faults: Fault[]
}

/**
 * Of each path: a file of drills, a runbook, or a folder with some. While they are recorded drills may expect nothing. Throws
 * `unreadable_file`.
 */
export async function readDrilled(
  paths: readonly string[],
  { isRecording = false }: { isRecording?: boolean } = {},
): Promise<{ drilled: DrilledRunbook[]; faulty: FaultyFile[] }> {
  const runbooks = [...new Set((await Promise.all(paths.map(runbooksAt))).flat())]
  if (runbooks.length === 0) throw unreadableDrills(paths.join(', '), 'there is no runbook in it')
  const read = runbooks.map(file => readOne(file, isRecording))
  return {
    drilled: read.flatMap(one => ('faults' in one ? [] : [one])),
    faulty: read.flatMap(one => ('faults' in one ? [one] : [])),
  }
}

async function runbooksAt(path: string): Promise<string[]> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw unreadableDrills(path, 'it does not exist')
  if (found.isDirectory()) return filesBelow(path, isRunbookFile)
  return [isDrillFile(basename(path)) ? runbookOf(path) : path]
}

function runbookOf(drillFile: string): string {
  const beside = runbookBeside(drillFile)
  if ('file' in beside) return beside.file
  throw unreadableDrills(
    drillFile,
    `the runbook that it rehearses should lie beside it as ${beside.expected}`,
  )
}

function readOne(file: string, isRecording: boolean): DrilledRunbook | FaultyFile {
  const source = readFileSync(file, 'utf8')
  const parsed = parseRunbook(source, file)
  if ('faults' in parsed) return { file, text: source, faults: parsed.faults }
  const { runbook, hash } = parsed
  const lineOfRunbook = (path: Path): { line: number; column: number } => {
    const { line, column } = parsed.locate({ path, code: 'shape', message: '' })
    return { line, column }
  }
  const loaded = { runbook, hash, file, source }
  const drillFile = drillsBeside(file)
  if (drillFile === undefined) return { loaded, lineOfRunbook, ...undrilled }
  const text = readFileSync(drillFile, 'utf8')
  const drills = parseDrills(text, drillFile, runbook, isRecording)
  if ('faults' in drills) return { file: drillFile, text, faults: drills.faults }
  return { loaded, lineOfRunbook, file: drillFile, ...drills }
}

const undrilled = {
  file: undefined,
  drills: [],
  survivors: {},
  lineOf: () => ({ line: 1, column: 1 }),
}
