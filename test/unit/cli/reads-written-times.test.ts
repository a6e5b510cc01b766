import { expect, it } from 'vitest'
import { readWrittenTime } from '../../../cli/at/written-time.ts'
import { Failure } from '../../../cli/failure.ts'

const openedMs = Date.parse('2026-03-14T22:30:00Z')
const nowMs = openedMs + 24 * 3_600_000
const iso = (ms: number): string => new Date(ms).toISOString()

it.each([
  ['+15m', '2026-03-14T22:45:00.000Z'],
  ['15m', '2026-03-14T22:45:00.000Z'],
  ['1h30m', '2026-03-15T00:00:00.000Z'],
  ['+0s', '2026-03-14T22:30:00.000Z'],
  ['2026-03-14T23:00:00Z', '2026-03-14T23:00:00.000Z'],
  ['2026-03-14 23:00:00.250+01:00', '2026-03-14T22:00:00.250Z'],
  ['22:31:05', '2026-03-14T22:31:05.000Z'],
  ['22:30', '2026-03-14T22:30:00.000Z'],
  // Before its opening on that day: the day after is meant.
  ['01:00', '2026-03-15T01:00:00.000Z'],
])('%s is %s', (written, expected) =>
  expect(iso(readWrittenTime(written, openedMs, true, nowMs))).toBe(expected),
)

it('reads an hour in the zone of the reader', () => {
  const ms = readWrittenTime('23:59:59', openedMs, false, nowMs)
  const local = new Date(ms)
  expect([local.getHours(), local.getMinutes(), local.getSeconds()]).toEqual([23, 59, 59])
  expect(ms - openedMs).toBeLessThan(24 * 3_600_000)
})

it.each([
  '',
  'soon',
  '15',
  '25:00',
  '12:60',
  '-5m',
  '400d',
  '2026-03-14T23:00:00',
  '2026-03-14',
  '1h 30m',
  '9999999999999999999m',
])('%s is no time', written => {
  expect(() => readWrittenTime(written, openedMs, true, nowMs)).toThrow(Failure)
})

it.each(['22:00', '+2h', '2027-01-01T00:00:00Z'])(
  '%s is yet to come, and says what it was taken for',
  written => {
    const read = () => readWrittenTime(written, openedMs, true, openedMs + 3_600_000)
    expect(read).toThrow(/^"[^"]+" is \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, which is yet to come\.$/)
  },
)
