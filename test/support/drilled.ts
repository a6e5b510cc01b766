/** Drills written in a test, run on the servers of the run and held against what they expect. */
import { inject } from 'vitest'
import type { Drill } from '../../contracts/drill.ts'
import { compare } from '../../drills/compare.ts'
import type { Happened } from '../../drills/happened.ts'
import { formatFault } from '../../language/format-fault.ts'
import { parseDrills } from '../../language/parse-drill.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import type { RehearsedRunbook } from '../../rehearsal/drill-set.ts'
import { type DrillRunner, runDrillsOn, startDrillRunner } from '../../rehearsal/drill-runner.ts'

export interface Drilled {
  happened: Happened
  /** What was not as the drill expects, a sentence each. */
  wrong: string[]
}

export function runnerOfTests(): Promise<DrillRunner> {
  return runDrillsOn({ temporalAddress: inject('temporalAddress'), postgresUrl: inject('postgresUrl') })
}

/** With servers of its own, one of which a drill may kill. */
export function runnerWithOwnServers(): Promise<DrillRunner> {
  return startDrillRunner({ say() {} })
}

/** Throws with what is wrong with the text. */
export function readRunbook(source: string, file: string): RehearsedRunbook {
  const parsed = parseRunbook(source, file)
  if ('faults' in parsed) throw new Error(parsed.faults.map(fault => formatFault(fault, source)).join('\n'))
  return { runbook: parsed.runbook, hash: parsed.hash, file, source }
}

/** Throws with what is wrong with the text. */
export function readDrills(source: string, file: string, { runbook }: RehearsedRunbook): Drill[] {
  const parsed = parseDrills(source, file, runbook)
  if ('faults' in parsed) throw new Error(parsed.faults.map(fault => formatFault(fault, source)).join('\n'))
  return parsed.drills
}

export async function drilled(runner: DrillRunner, loaded: RehearsedRunbook, drill: Drill): Promise<Drilled> {
  const happened = await runner.run(drill, loaded)
  return { happened, wrong: compare(drill, loaded.runbook, happened).map(({ wrong }) => wrong) }
}
