/** A run for programs. */
import { type DrillResult, isAsExpected } from '../../drills/result.ts'
import { placeOf } from './place.ts'
import type { Run } from './run-lines.ts'

/** Times are milliseconds, those of differences since the opening; `path` leads into the drill. */
export function runAsJson({ results, tookMs }: Run): object {
  return {
    isAsExpected: results.every(isAsExpected),
    tookMs,
    drills: results.map(result => ({
      name: result.drill.name,
      runbook: result.runbook.name,
      file: result.file,
      isAsExpected: isAsExpected(result),
      failure: result.failure,
      tookMs: result.tookMs,
      differences: result.differences.map(difference => asJson(result, difference)),
    })),
  }
}

function asJson(result: DrillResult, difference: DrillResult['differences'][number]): object {
  const { path, expected, happened, wrong, atMs, checks } = difference
  const place = placeOf(result, path)
  return {
    path,
    line: place?.line,
    column: place?.column,
    atMs,
    expected,
    happened,
    wrong,
    checks: checks.map(({ check, target, values, problem }) => ({ check, target, values, problem })),
  }
}
