import { expect, it } from 'vitest'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { plainText } from '../../../cli/terminal/plain-text.ts'
import { table } from '../../../cli/terminal/table.ts'
import { clip, widthOf, wrap } from '../../../cli/terminal/width.ts'

it.each([
  ['plain', 5],
  ['プール', 6],
  ['e\u0301', 1],
  ['🔥', 2],
  ['\u001b[31mred\u001b[39m', 3],
])('%j is %i columns wide', (text, width) => expect(widthOf(text)).toBe(width))

it('cuts by columns and says that something is missing', () => {
  expect(clip('プールが枯渇', 7)).toBe('プール…')
  expect(clip('short', 7)).toBe('short')
})

it('breaks at spaces, cuts what has none, keeps pairs together', () => {
  expect(wrap('the pool is exhausted', 11)).toEqual(['the pool is', 'exhausted'])
  expect(wrap('abcdefghijklmno', 10)).toEqual(['abcdefghij', 'klmno'])
  expect(wrap('aaaaaaaa name\u00a0value', 12)).toEqual(['aaaaaaaa', 'name value'])
  expect(wrap('', 10)).toEqual([''])
})

it('aligns columns however wide their characters are', () => {
  expect(
    table(
      [
        ['プール', 'x'],
        ['pool', 'y'],
      ],
      createPaint(false),
    ),
  ).toEqual(['プール  x', 'pool    y'])
})

it('gives the last column lines of its own where too little would be left of it', () => {
  const rows = [
    ['RULE', 'PHASE', 'PROBLEM'],
    ['shop-cache-errors', 'inactive', 'Scraping shop-metrics failed: connection refused'],
    ['shop-down', 'firing', ''],
  ]
  expect(table(rows, createPaint(false), 40)).toEqual([
    'RULE               PHASE',
    'shop-cache-errors  inactive',
    '    Scraping shop-metrics failed:',
    '    connection refused',
    'shop-down          firing',
  ])
  expect(table(rows, createPaint(false), 60)[1]).toBe(
    'shop-cache-errors  inactive  Scraping shop-metrics failed:…',
  )
})

it.each([
  ['colour', 'a\u001b[1;31mb\u001b[0m', 'ab'],
  ['a window title', 'a\u001b]0;title\u0007b\u001b]8;;http://x\u001b\\c', 'abc'],
  ['an unfinished sequence', 'a\u001b]0;title', 'a'],
  ['8-bit controls', 'a\u009b31mb\u0085c', 'ab\nc'],
  ['bidirectional overrides', 'a\u202eb\u2066c\u200fd', 'abcd'],
  ['invisible characters', 'pay\u200bpal\ufeff\u{e0041}', 'paypal'],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ['a carriage return', 'good\rbad', 'good\nbad'],
])('makes %s inert', (_, hostile, inert) => expect(plainText(hostile)).toBe(inert))

it('leaves writing alone', () => {
  for (const text of ['Größe 5 µs', 'プール', '👨‍👩‍👧', 'مجموعة', 'a\tb\nc']) expect(plainText(text)).toBe(text)
})
