/** A drill that went otherwise, for a person: two timelines side by side, or below each other where there is no room. */
import type { Difference } from '../../drills/compare.ts'
import type { DrillResult } from '../../drills/result.ts'
import { counted } from '../narrate/narration.ts'
import { hanging, type Page } from '../story/view.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { padEnd, widthOf, wrap } from '../terminal/width.ts'
import { checkLines } from './check-lines.ts'
import { placeOf, sourceOf } from './place.ts'
import { type Row, rowsOf, type Side } from './rows.ts'

/** With fewer columns than this a sentence on either side breaks into single words. */
const besideNeeds = 76
/** Rows around a difference that show how it came to it. */
const before = 4
const after = 1
/** One mistake often has many consequences; the first ones explain the others. */
const mostDifferences = 12

/** Nothing when all was as expected. */
export function sideBySide(result: DrillResult, page: Page): string[] {
  const { happened, differences, failure } = result
  if (failure !== undefined)
    return [heading(result, page), ...hanging('  ', 2, oneLine(failure), 'bad', page)]
  const [first] = differences
  if (happened === undefined || first === undefined) return []
  const rows = shown(rowsOf(result, happened))
  const layout = layoutOf(rows, page)
  const left = differences.length - Math.min(differences.length, mostDifferences)
  return [
    heading(result, page),
    ...hanging('  ', 2, `${sentence(first.wrong)}`, 'bad', page),
    '',
    ...titles(layout, page),
    ...rows.flatMap(row => rowLines(row, result, layout, page)),
    ...(left === 0 ? [] : [page.paint.attention(`  and ${counted(left, 'difference')} more`)]),
  ]
}

function heading({ drill, file, runbook, differences }: DrillResult, { paint }: Page): string {
  const of = file === undefined ? ` (${sourceOf({ file, runbook })})` : ''
  const count = differences.length === 0 ? '' : `: ${counted(differences.length, 'difference')}`
  return `${paint.bad('✗')} ${paint.strong(oneLine(drill.name))}${of}${count}`
}

function sentence(text: string): string {
  const line = oneLine(text)
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1)}.`
}

type Shown = Row | { isLeftOut: number }

/** Rows with a difference and those around them; the others are counted. */
function shown(all: readonly Row[]): Shown[] {
  const rows = all.filter(({ difference }) => difference === undefined || difference < mostDifferences)
  const isNear = rows.map((_, index) =>
    rows
      .slice(Math.max(0, index - after), index + before + 1)
      .some(({ difference }) => difference !== undefined),
  )
  const kept: Shown[] = []
  for (const [index, row] of rows.entries()) {
    const last = kept.at(-1)
    // To leave a single row out would take a line as well.
    const isAlone = isNear[index - 1] !== false && isNear[index + 1] !== false
    if (isNear[index] === true || isAlone) kept.push(row)
    else if (last !== undefined && 'isLeftOut' in last) last.isLeftOut += 1
    else kept.push({ isLeftOut: 1 })
  }
  return kept
}

interface Layout {
  isBeside: boolean
  /** Columns of a time. */
  time: number
  /** Columns of a side, its time included. */
  side: number
}

const lead = 4
const between = ' │ '

function layoutOf(rows: readonly Shown[], { width }: Page): Layout {
  const sides = rows.flatMap(row => ('isLeftOut' in row ? [] : [row.left, row.right]))
  const time = Math.max(2, ...sides.map(side => widthOf(side?.at ?? '')))
  return {
    isBeside: width >= besideNeeds,
    time,
    side: Math.floor((width - lead - widthOf(between)) / 2),
  }
}

function titles({ isBeside, time, side }: Layout, { paint }: Page): string[] {
  if (!isBeside) return []
  const indent = ' '.repeat(time + 2)
  const titled = `${' '.repeat(lead)}${padEnd(`${indent}EXPECTED`, side)}${between}${indent}HAPPENED`
  return [paint.strong(titled)]
}

function rowLines(row: Shown, result: DrillResult, layout: Layout, page: Page): string[] {
  if ('isLeftOut' in row) return [page.paint.quiet(`  ⋯ ${row.isLeftOut} more`)]
  const lines = layout.isBeside ? besideLines(row, layout, page) : stackedLines(row, layout, page)
  if (row.difference === undefined) return lines
  return [...lines, ...underneath(result, result.differences[row.difference]!, row.difference === 0, page)]
}

function markOf({ difference }: Row, { paint }: Page): string {
  if (difference === undefined) return ' '
  return difference === 0 ? paint.bad('▶') : paint.bad('✗')
}

function besideLines(row: Row, layout: Layout, page: Page): string[] {
  const { paint } = page
  const left = sideLines(leftOf(row), layout)
  const right = sideLines(rightOf(row), layout)
  const [leftTone, rightTone] = tonesOf(row)
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const mark = index === 0 ? markOf(row, page) : ' '
    const one = paint[leftTone](padEnd(left[index] ?? '', layout.side))
    const other = right[index] ?? ''
    return `  ${mark} ${one}${paint.quiet(other === '' ? between.trimEnd() : between)}${paint[rightTone](other)}`
  })
}

function tonesOf({ difference, left }: Row): [Tone, Tone] {
  if (difference !== undefined) return ['attention', 'bad']
  return left === undefined ? ['quiet', 'quiet'] : ['plain', 'plain']
}

/** What is missing is said where something is wrong about it. */
function leftOf({ left, difference }: Row): Side {
  return left ?? { at: '', text: difference === undefined ? '' : '— nobody expected it' }
}

function rightOf({ right, difference }: Row): Side {
  return right ?? { at: '', text: difference === undefined ? '' : '— it did not happen' }
}

function sideLines({ at, text }: Side, { time, side }: Layout): string[] {
  if (text === '') return ['']
  return wrap(text, side - time - 2).map((line, index) => `${padEnd(index === 0 ? at : '', time)}  ${line}`)
}

function stackedLines(row: Row, { time }: Layout, page: Page): string[] {
  const [leftTone, rightTone] = tonesOf(row)
  const line = (label: string, { at, text }: Side, tone: Tone, mark: string): string[] => {
    const head = `  ${mark} ${page.paint.quiet(`${padEnd(label, 8)}  ${padEnd(at, time)}`)}  `
    return hanging(head, lead + 8 + 2 + time + 2, text, tone, page)
  }
  if (row.difference === undefined) return line('', row.right ?? leftOf(row), rightTone, ' ')
  return [
    ...line('expected', leftOf(row), leftTone, markOf(row, page)),
    ...line('happened', rightOf(row), rightTone, ' '),
  ]
}

/** Which line expected it, and at the first one what was measured by then. */
function underneath(result: DrillResult, difference: Difference, isFirst: boolean, page: Page): string[] {
  const indent = ' '.repeat(lead + 2)
  const place = placeOf(result, difference.path)
  const says = difference.expected === undefined ? 'does not expect it' : 'expected it'
  // Never wrapped: it is clicked on, or copied.
  const where =
    place === undefined ? [] : [indent + page.paint.command(oneLine(`${place.file}:${place.line} ${says}`))]
  const measured = isFirst ? checkLines(result.runbook, difference.checks) : []
  const answers = measured.flatMap(text => hanging(`${indent}  `, indent.length + 2, text, 'plain', page))
  return [...where, ...(measured.length === 0 ? [] : [`${indent}measured by then:`, ...answers])]
}
