/** What of a runbook drills reach, and what no drill does. */
import { type CoverageArea, coverageAreas } from '../../drills/aim.ts'
import { type Coverage, type CoveragePoint, isCovered } from '../../drills/coverage.ts'

import { hanging, type Page } from '../story/view.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'
import { padEnd } from '../terminal/width.ts'

interface CoverageOptions {
  /** In percent; without one nothing is asked for. */
  threshold?: number
}

export function coverageLines(
  runbook: string,
  coverage: Coverage,
  page: Page,
  { threshold }: CoverageOptions = {},
): string[] {
  const { points, reached, total, percent } = coverage
  const { paint } = page
  const areas = coverageAreas.filter(area => points.some(point => point.area === area))
  const missing = points.filter(({ drills }) => drills.length === 0)
  const isEnough = threshold === undefined || isCovered(coverage, threshold)
  const count = `${oneLine(runbook)}: drills reach ${reached} of ${total} (${percent} %)`
  const asked = isEnough ? '' : `, ${threshold} % are asked for`
  return [
    (isEnough ? paint.strong : paint.bad)(`${count}${asked}`),
    ...table(
      areas.map(area => ['', area, ...countsOf(points.filter(point => point.area === area))]),
      paint,
    ),
    ...(missing.length === 0
      ? []
      : ['', paint.strong('REACHED BY NO DRILL'), ...missingLines(missing, page)]),
    ...(isEnough ? [] : ['', 'Write drills that reach what is listed, or ask for less.']),
  ]
}

function countsOf(points: readonly CoveragePoint[]): string[] {
  const reached = points.filter(({ drills }) => drills.length > 0).length
  return [`${reached} of ${points.length}`, `${Math.floor((100 * reached) / points.length)} %`]
}

/** `  conditions  checks.pool.idle >= 50: false, no data`. */
function missingLines(missing: readonly CoveragePoint[], page: Page): string[] {
  const inOrder = coverageAreas.flatMap(area => missing.filter(point => point.area === area))
  const things = Map.groupBy(inOrder, ({ area, path, of }) => JSON.stringify([area, path[1], of]))
  const areaWidth = Math.max(...missing.map(({ area }) => area.length))
  let last: CoverageArea | undefined
  return [...things.values()].flatMap(points => {
    const { area, of } = points[0]!
    const head = `  ${page.paint.quiet(padEnd(area === last ? '' : area, areaWidth))}  `
    last = area
    const text = oneLine(`${of}: ${points.map(({ seen }) => seen).join('; ')}`)
    return hanging(head, areaWidth + 4, text, 'plain', page)
  })
}
