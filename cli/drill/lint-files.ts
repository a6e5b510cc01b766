/** Files of drills, each with the runbook that lies beside it. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { LoadedRunbook } from '../../contracts/runbook.ts'
import type { Fault } from '../../language/fault.ts'
import { isDrillFile, type ParsedDrills, parseDrills } from '../../language/parse-drill.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { counted } from '../narrate/narration.ts'
import { filesBelow, runbookFolder } from '../runbook/files.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { drillsBeside, runbookBeside, unreadableDrills } from './beside.ts'

export interface DrillFile {
  file: string
  text: string
  /** Missing when the file has faults, or its runbook. */
  sound?: Exclude<ParsedDrills, { faults: Fault[] }> & { beside: LoadedRunbook & { file: string } }
  faults: Fault[]
}

/**
 * Reads the drills of files and folders, without any those of the usual folder of runbooks, and holds each against its runbook. Throws
 * `unreadable_file` when a path does not exist or none of them has drills.
 */
export async function readDrills(given: readonly string[]): Promise<DrillFile[]> {
  const paths = given.length > 0 ? given : [runbookFolder()]
  const files = (await Promise.all(paths.map(drillFilesIn))).flat()
  if (files.length === 0) throw unreadableDrills(paths.join(', '), 'there is no .drill.yaml file')
  return [...new Set(files)].map(readDrillFile)
}

/** A runbook means the drills beside it, a folder those below it. */
async function drillFilesIn(path: string): Promise<string[]> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw unreadableDrills(path, 'it does not exist')
  if (!found.isDirectory()) return [isDrillFile(basename(path)) ? path : drillsOf(path)]
  return filesBelow(path, isDrillFile)
}

function drillsOf(runbookFile: string): string {
  const found = drillsBeside(runbookFile)
  if (found !== undefined) return found
  throw unreadableDrills(runbookFile, 'no drills lie beside it, in a file of its name with .drill.yaml')
}

function readDrillFile(file: string): DrillFile {
  const text = readFileSync(file, 'utf8')
  const beside = readBeside(file)
  const parsed = parseDrills(text, file, 'runbook' in beside ? beside.runbook : undefined)
  const faults = 'faults' in parsed ? parsed.faults : []
  if ('problem' in beside) return { file, text, faults: [withoutRunbook(file, beside), ...faults] }
  return 'faults' in parsed ? { file, text, faults } : { file, text, faults, sound: { ...parsed, beside } }
}

interface Problem {
  problem: string
  hint: string
}

function readBeside(drillFile: string): (LoadedRunbook & { file: string }) | Problem {
  const beside = runbookBeside(drillFile)
  if ('expected' in beside)
    return {
      problem: `there is no runbook beside it: ${basename(beside.expected)}`,
      hint: 'a file of drills lies beside its runbook and is called like it: x.drill.yaml beside x.yaml',
    }
  const { file } = beside
  const parsed = parseRunbook(readFileSync(file, 'utf8'), file)
  if ('runbook' in parsed) return { file, runbook: parsed.runbook, hash: parsed.hash }
  return {
    problem: `the runbook beside it has ${counted(parsed.faults.length, 'fault')}`,
    hint: `mend it first: npx paramedic runbook lint ${asTyped(file)}`,
  }
}

function withoutRunbook(file: string, { problem: message, hint }: Problem): Fault {
  return { file, line: 1, column: 1, code: 'drill', message, hint }
}
