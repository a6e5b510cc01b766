import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Difference } from './compare.ts'
import type { Happened } from './happened.ts'
import type { Path } from './held.ts'

/** One drill after it was run, or tried to be. */
export interface DrillResult {
  /** As it was given on the command line; undefined of a drill that every runbook has. */
  file: string | undefined
  drill: Drill
  runbook: Runbook
  /** The file of its runbook. */
  runbookFile?: string
  /**
   * Where the file says what is at this path of the drill, counted from 1; undefined when it says nothing there. Of a drill that every runbook
   * has, where its runbook says what it follows from.
   */
  lineOf(path: Path): { line: number; column: number } | undefined
  /** Missing when it could not be run. */
  happened?: Happened
  /** None when all is as expected, or when it could not be run. */
  differences: Difference[]
  /** Why it could not be run, in a sentence. */
  failure?: string
  /** Real time. */
  tookMs: number
}

/** As its author expects it. */
export function isAsExpected({ failure, differences }: DrillResult): boolean {
  return failure === undefined && differences.length === 0
}
