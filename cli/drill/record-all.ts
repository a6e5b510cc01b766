import { readFileSync, writeFileSync } from 'node:fs'
import { hasExpectation, withRecorded } from '../../drills/record.ts'
import type { DrillResult } from '../../drills/result.ts'
import type { Planned } from './run-all.ts'

/** The same drills; those that expect nothing are marked, as what happens is to be written into their files. */
export function toRecord(planned: readonly Planned[]): Planned[] {
  return planned.map(one => ({ ...one, isRecorded: isBlank(one) }))
}

/** Writes what happened into the files of drills that expect nothing yet; says what was done, a line each. */
export function recordAll(results: readonly DrillResult[]): { lines: string[]; isAllWritten: boolean } {
  const problems: string[] = []
  const lines = results.flatMap(result => {
    const { file, drill, runbook, happened } = result
    if (file === undefined || happened === undefined || !isBlank(result)) return []
    // Read for each: the one before may have been written into the same file.
    const recorded = withRecorded(readFileSync(file, 'utf8'), drill.name, runbook, happened)
    if ('problem' in recorded) {
      problems.push(drill.name)
      return [`${file}: ${recorded.problem}`]
    }
    writeFileSync(file, recorded.text)
    return [`${file}: ${drill.name} expects now what happened; read it, and correct what is not right`]
  })
  return { lines, isAllWritten: problems.length === 0 }
}

function isBlank({ file, drill }: Pick<DrillResult, 'file' | 'drill'>): boolean {
  return file !== undefined && !hasExpectation(readFileSync(file, 'utf8'), drill.name)
}
