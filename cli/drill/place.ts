import type { Path } from '../../drills/held.ts'
import type { DrillResult } from '../../drills/result.ts'

export interface Place {
  file: string
  line: number
  column: number
}

/** Where a file says what is at a path, or the nearest thing around it; undefined when no file has anything to do with it. */
export function placeOf(
  { file: own, runbookFile, lineOf }: Pick<DrillResult, 'file' | 'runbookFile' | 'lineOf'>,
  path: Path,
): Place | undefined {
  const file = own ?? runbookFile
  if (file === undefined) return undefined
  for (let length = path.length; length >= 0; length -= 1) {
    const found = lineOf(path.slice(0, length))
    if (found !== undefined) return { file, ...found }
  }
  return { file, line: 1, column: 1 }
}

/** What drills are listed under: their file, or that every runbook has them. */
export function sourceOf({ file, runbook }: Pick<DrillResult, 'file' | 'runbook'>): string {
  return file ?? `common drills of ${runbook.name}`
}
