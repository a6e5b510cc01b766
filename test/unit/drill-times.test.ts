import { expect, test } from 'vitest'
import { formatDrillTime, parseDrillTime } from '../../language/drill-time-source.ts'

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['15m', 900_000],
  ['2m5s', 125_000],
  ['1h30m', 5_400_000],
  ['1d1h1m1s1ms', 90_061_001],
])('%s is %d ms', (written, ms) => {
  expect(parseDrillTime(written)).toBe(ms)
})

test.each(['', '5', 'm5', '5s2m', '2m 5s', '-1m', '1.5h', '15', '1y', '5m5m', 15, null, '367d'])(
  '%j is no time',
  written => {
    expect(parseDrillTime(written)).toBeUndefined()
  },
)

test.each([0, 1, 999, 60_000, 125_000, 3_600_000, 93_784_005])('%d ms is read as it is written', ms => {
  expect(parseDrillTime(formatDrillTime(ms))).toBe(ms)
})
