import { oneLine } from '../terminal/plain-text.ts'
import { padEnd, widthOf } from '../terminal/width.ts'
import { hanging, section, type Page } from '../story/view.ts'
import type { Chapter, Fact, Point } from './chapter.ts'

export function tellChapters(chapters: readonly Chapter[], page: Page): string[] {
  return chapters.flatMap(({ title, points }) =>
    section(
      title,
      points.flatMap(point => tellPoint(point, page)),
      page,
    ),
  )
}

function tellPoint({ text, condition, facts = [] }: Point, page: Page): string[] {
  const widest = Math.max(0, ...facts.map(({ label }) => widthOf(oneLine(label))))
  return [
    ...hanging('  ', 2, oneLine(text), 'plain', page),
    ...(condition === undefined ? [] : tellCondition(condition, 6, page)),
    ...facts.flatMap(fact => tellFact(fact, widest, page)),
  ]
}

function tellFact({ label, text, condition }: Fact, widest: number, page: Page): string[] {
  const lead = `     ${page.paint.quiet(padEnd(oneLine(label), widest))}  `
  const indent = widest + 7
  return [
    ...hanging(lead, indent, oneLine(text), 'plain', page),
    ...(condition === undefined ? [] : tellCondition(condition, indent + 2, page)),
  ]
}

/** As it was written, but for its line breaks. */
function tellCondition(condition: string, indent: number, page: Page): string[] {
  return hanging(' '.repeat(indent), indent, oneLine(condition), 'strong', page)
}
