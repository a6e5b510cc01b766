import { expect, test } from 'vitest'
import { sideBySide } from '../../../cli/drill/side-by-side.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { widthOf } from '../../../cli/terminal/width.ts'
import { compare } from '../../../drills/compare.ts'
import { failedDrill } from '../../support/failed-drill.ts'
import { drillOf, happened, page } from '../../support/happenings.ts'

test.each([80, 100])('side by side in %i columns', async width => {
  const lines = sideBySide(failedDrill(), { paint: createPaint(false), width })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/drill-in-${width}-columns.txt`)
})

test('below each other where there is no room', async () => {
  const lines = sideBySide(failedDrill(), { paint: createPaint(false), width: 50 })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/drill-in-50-columns.txt')
})

test.each([40, 50, 76, 80, 100])('no line but a place is wider than %i columns, coloured or not', width => {
  for (const hasColour of [true, false])
    for (const line of sideBySide(failedDrill(), { paint: createPaint(hasColour), width }))
      if (!line.includes('.yaml:')) expect(widthOf(line), line).toBeLessThanOrEqual(width)
})

test('colours change nothing but the colour', () => {
  const [coloured, plain] = [true, false].map(has =>
    sideBySide(failedDrill(), { paint: createPaint(has), width: 80 }),
  )
  // oxlint-disable-next-line no-control-regex -- our own colours are what is looked for
  expect(coloured!.map(line => line.replace(/\u001b\[\d+m/g, ''))).toEqual(plain)
  expect(coloured!.join('')).toContain('\u001b[31m▶\u001b[39m')
})

test('what a drill and its targets say stays text', () => {
  const escape = '\u001b[2J\u202e\n::error::'
  const drill = drillOf({ pages: [{ atMs: 0, to: [`senior${escape}`] }] }, { name: `night${escape}` })
  const what = happened({ pages: [page('0s', `cto${escape}`)] })
  const result = failedDrill()
  const lines = sideBySide(
    { ...result, drill, happened: what, differences: compare(drill, result.runbook, what) },
    { paint: createPaint(false), width: 80 },
  )
  // oxlint-disable-next-line no-control-regex -- what a terminal would obey is what is looked for
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/)
  expect(lines.join('\n')).toContain('night')
})

test('of a hundred differences the first twelve are shown, and all are counted', () => {
  const pages = Array.from({ length: 100 }, (_, index) => ({ atMs: index * 60_000, to: ['on-call'] }))
  const drill = drillOf({ pages })
  const result = failedDrill()
  const what = happened()
  const lines = sideBySide(
    { ...result, drill, happened: what, differences: compare(drill, result.runbook, what) },
    { paint: createPaint(false), width: 80 },
  )
  expect(lines.filter(line => /^ {2}[▶✗]/.test(line))).toHaveLength(12)
  expect(lines.at(-1)).toBe('  and 88 differences more')
})

test('a drill of every runbook has no line to show', () => {
  const lines = sideBySide({ ...failedDrill(), file: undefined }, { paint: createPaint(false), width: 80 })
  expect(lines[0]).toBe('✗ nobody-approves (common drills of orders-connections): 4 differences')
  expect(lines.join('\n')).not.toContain('.yaml')
})
