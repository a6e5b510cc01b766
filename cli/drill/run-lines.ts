/** A run of drills for a person: a line each, then what went otherwise, and what to do about it. */
import { type DrillResult, isAsExpected } from '../../drills/result.ts'
import { counted } from '../narrate/narration.ts'
import { hanging, type Page } from '../story/view.ts'
import { humaneDuration } from '../terminal/clock.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { padEnd, padStart, widthOf } from '../terminal/width.ts'
import { sourceOf } from './place.ts'
import { sideBySide } from './side-by-side.ts'

/** Of a whole run. `tookMs` is real time from its beginning to its end: drills run beside each other. */
export interface Run {
  results: readonly DrillResult[]
  tookMs: number
}

/** Everything there is to say of a run that has ended. */
export function runLines(run: Run, page: Page): string[] {
  return [...listLines(run.results, page), ...endLines(run, page)]
}

/** What follows when a line a drill stands there already: each failure, counts, and what to do. */
export function endLines({ results, tookMs }: Run, page: Page): string[] {
  const failures = results.filter(result => !isAsExpected(result))
  return [
    ...failures.flatMap(result => ['', ...sideBySide(result, page)]),
    '',
    countLine(results, tookMs, page),
    ...adviceLines(failures, page),
  ]
}

/** Under the file they are in. */
function listLines(results: readonly DrillResult[], page: Page): string[] {
  const sources = Map.groupBy(results, sourceOf)
  const nameWidth = Math.max(0, ...results.map(({ drill }) => widthOf(oneLine(drill.name))))
  return [...sources].flatMap(([source, drills]) => [
    page.paint.strong(oneLine(source)),
    ...drills.map(result => drillLine(result, page, nameWidth)),
  ])
}

/** `  ✓ nobody-acknowledges   0.4s`; of one that went otherwise with how many differences. */
export function drillLine(result: DrillResult, { paint }: Page, nameWidth = 0): string {
  const { drill, failure, differences, tookMs } = result
  const isGood = isAsExpected(result)
  const name = padEnd(oneLine(drill.name), nameWidth)
  const took = padStart(humaneDuration(tookMs), 6)
  const why = failure === undefined ? counted(differences.length, 'difference') : 'could not be run'
  const said = isGood ? '' : `  ${paint.bad(why)}`
  return `  ${isGood ? paint.good('✓') : paint.bad('✗')} ${name}  ${paint.quiet(took)}${said}`
}

function countLine(results: readonly DrillResult[], tookMs: number, { paint }: Page): string {
  const failed = results.filter(({ failure }) => failure !== undefined).length
  const other = results.filter(result => !isAsExpected(result)).length - failed
  const took = ` (${humaneDuration(tookMs)})`
  const all = counted(results.length, 'drill')
  if (other + failed === 0) return paint.good(`${all}, all as expected`) + paint.quiet(took)
  const counts = [
    `${results.length - other - failed} as expected`,
    ...(other === 0 ? [] : [`${other} otherwise`]),
    ...(failed === 0 ? [] : [`${failed} could not be run`]),
  ]
  return paint.bad(`${all}: ${counts.join(', ')}`) + paint.quiet(took)
}

/** Names of drills that a command shows at most; the others come with the file. */
const mostCommands = 3

function adviceLines(failures: readonly DrillResult[], page: Page): string[] {
  if (failures.length === 0) return []
  const isOtherwise = failures.some(({ failure }) => failure === undefined)
  const advice = isOtherwise
    ? 'If what happened is right, correct what the drill expects; if not, correct the runbook. Then run again:'
    : 'Mend what kept them from running. Then run again:'
  const commands = [...new Set(failures.map(againCommand))]
  const left = commands.length - mostCommands
  return [
    ...hanging('', 0, advice, 'plain', page),
    ...commands.slice(0, mostCommands).map(command => `  ${page.paint.command(command)}`),
    ...(left > 0 ? [page.paint.quiet(`  and ${left} more`)] : []),
  ]
}

function againCommand({ file, runbookFile, drill }: DrillResult): string {
  const source = file ?? runbookFile
  const words = [...(source === undefined ? [] : [oneLine(source)]), '--filter', oneLine(drill.name)]
  return `npx paramedic drill run ${words.map(asTyped).join(' ')}`
}
