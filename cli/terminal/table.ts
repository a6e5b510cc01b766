import type { Paint, Tone } from './paint.ts'
import { clip, padEnd, widthOf, wrap } from './width.ts'

export interface Cell {
  text: string
  tone?: Tone
}

export type Row = readonly (string | Cell)[]

/** The last column says what it is about; with less than this beside the others it gets lines of its own. */
const lastNeeds = 24

/**
 * Columns as wide as their widest cell, two spaces apart. With a width the last column is cut at it, or stands below the others
 * where too little of it would be left.
 */
export function table(rows: readonly Row[], paint: Paint, width = Infinity): string[] {
  const cells = rows.map(row => row.map(cell => (typeof cell === 'string' ? { text: cell } : cell)))
  const columns = Math.max(0, ...cells.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map(row => widthOf(row[column]?.text ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, columnWidth) => sum + columnWidth + 2, 0)
  const room = width - before
  const isBelow = columns > 1 && room < Math.min(lastNeeds, widths.at(-1) ?? 0)
  return cells.flatMap((row, index) => {
    const last = row[columns - 1]
    const others = row.slice(0, columns - 1).map(({ text, tone }, column) => {
      return paint[tone ?? 'plain'](padEnd(text, widths[column] ?? 0))
    })
    if (!isBelow)
      return [[...others, ...written(last, clip(last?.text ?? '', room), paint)].join('  ').trimEnd()]
    // A heading for what stands below would only look like one more column.
    const below =
      index === 0 || last === undefined || last.text === '' ? [] : wrap(last.text, width - indent.length)
    return [others.join('  ').trimEnd(), ...below.flatMap(line => written(last, indent + line, paint))]
  })
}

const indent = '    '

function written(cell: Cell | undefined, text: string, paint: Paint): string[] {
  return cell === undefined ? [] : [paint[cell.tone ?? 'plain'](text)]
}
