import type { Paint, Tone } from './paint.ts'
import { clip, padEnd, widthOf } from './width.ts'

export interface Cell {
  text: string
  tone?: Tone
}

export type Row = readonly (string | Cell)[]

/** Columns as wide as their widest cell, two spaces apart; the last column is cut at the width, if there is one. */
export function table(rows: readonly Row[], paint: Paint, width = Infinity): string[] {
  const cells = rows.map(row => row.map(cell => (typeof cell === 'string' ? { text: cell } : cell)))
  const columns = Math.max(0, ...cells.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map(row => widthOf(row[column]?.text ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, columnWidth) => sum + columnWidth + 2, 0)
  return cells.map(row =>
    row
      .map((cell: Cell, column) => {
        const isLast = column === columns - 1
        const text = isLast ? clip(cell.text, width - before) : padEnd(cell.text, widths[column] ?? 0)
        return paint[cell.tone ?? 'plain'](text)
      })
      .join('  ')
      .trimEnd(),
  )
}
