import { readFileSync, writeFileSync } from 'node:fs'
import { hasExpectation, withRecorded } from '../../drills/record.ts'
import type { DrillResult } from '../../drills/result.ts'

/** Writes what happened into the files of drills that expect nothing yet. Returns what was done, a line each. */
export function recordAll(results: readonly DrillResult[]): string[] {
  return results.flatMap(({ file, drill, runbook, happened }) => {
    if (file === undefined || happened === undefined) return []
    // Read for each: the one before may have been written into the same file.
    const text = readFileSync(file, 'utf8')
    if (hasExpectation(text, drill.name)) return []
    const recorded = withRecorded(text, drill.name, runbook, happened)
    if ('problem' in recorded) return [`${file}: ${recorded.problem}`]
    writeFileSync(file, recorded.text)
    return [
      `${file}: what happened in ${drill.name} is written as its expectation; read it, and correct what is not right`,
    ]
  })
}
