/** What went otherwise, as GitHub shows it beside the lines of a pull request. */
import { type DrillResult, isAsExpected } from '../../drills/result.ts'
import { workflowCommand } from '../lint/github-annotations.ts'
import { checkLines } from './check-lines.ts'
import { placeOf } from './place.ts'

/** One for each difference, at the line that expected it; of a drill that is in no file without one. */
export function drillAnnotations(results: readonly DrillResult[]): string[] {
  return results.filter(result => !isAsExpected(result)).flatMap(annotationsOf)
}

function annotationsOf(result: DrillResult): string[] {
  const { drill, runbook, failure, differences } = result
  const title = `drill ${drill.name} of ${runbook.name}`
  if (failure !== undefined) return [workflowCommand('error', { ...placed(result, []), title }, [failure])]
  return differences.map(({ path, wrong, checks }) =>
    workflowCommand('error', { ...placed(result, path), title }, [wrong, ...checkLines(runbook, checks)]),
  )
}

function placed(result: DrillResult, path: Parameters<typeof placeOf>[1]): Record<string, string | number> {
  const place = placeOf(result, path)
  return place === undefined ? {} : { file: place.file, line: place.line, col: place.column }
}
