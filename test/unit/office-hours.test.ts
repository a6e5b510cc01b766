import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isTimeZone,
  nextIn,
  type OfficeHours,
  parseTimeOfDay,
  weekdays,
} from '../../contracts/office-hours.ts'

const berlin: OfficeHours = {
  zone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  fromMinute: 9 * 60,
  toMinute: 17 * 60 + 30,
}

test.each([
  ['inside', 'office-hours', '2026-03-25T10:00:00.5Z', '2026-03-25T10:00:00.5Z'],
  ['early in the morning', 'office-hours', '2026-03-25T03:12:40Z', '2026-03-25T08:00:00Z'],
  ['the moment it begins', 'office-hours', '2026-03-25T08:00:00Z', '2026-03-25T08:00:00Z'],
  ['the moment it ends', 'office-hours', '2026-03-25T16:30:00Z', '2026-03-26T08:00:00Z'],
  [
    'on a Friday evening, over the change of clocks',
    'office-hours',
    '2026-03-27T17:00:00Z',
    '2026-03-30T07:00:00Z',
  ],
  ['outside, until they begin', 'off-hours', '2026-03-28T12:00:00Z', '2026-03-28T12:00:00Z'],
  ['until the end of the day', 'off-hours', '2026-03-25T09:59:59Z', '2026-03-25T16:30:00Z'],
] as const)('%s: %s', (_, only, from, to) => {
  expect(new Date(nextIn(only, berlin, Date.parse(from))).toISOString()).toBe(new Date(to).toISOString())
})

test('hours that never come are never', () => {
  const always: OfficeHours = { zone: 'UTC', days: [...weekdays], fromMinute: 0, toMinute: 24 * 60 }
  expect(nextIn('off-hours', always, 0)).toBe(Infinity)
})

test('any hours in any zone: the moment that is found is right, and no minute before it was', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
  ]
  const hours = fc
    .record({
      zone: fc.constantFrom(...zones),
      days: fc.subarray([...weekdays], { minLength: 1, maxLength: 6 }),
      times: fc.uniqueArray(fc.integer({ min: 0, max: 24 * 60 }), { minLength: 2, maxLength: 2 }),
    })
    .map(({ zone, days, times }) => {
      const [fromMinute = 0, toMinute = 0] = times.toSorted((a, b) => a - b)
      return { zone, days, fromMinute, toMinute }
    })
  const moment = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2027, 0) })
  fc.assert(
    fc.property(hours, moment, fc.constantFrom('office-hours', 'off-hours'), (given, ms, only) => {
      const found = nextIn(only, given, ms)
      expect(isIn(given, found) === (only === 'office-hours')).toBe(true)
      for (let at = ms; at < found; at += 7 * 60_000)
        expect(isIn(given, at) === (only === 'office-hours')).toBe(false)
    }),
    { numRuns: 100 },
  )
})

/** Said another way: by what the zone's clocks show. */
function isIn({ zone, days, fromMinute, toMinute }: OfficeHours, ms: number): boolean {
  const text = new Date(ms).toLocaleString('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const [, day = '', hour = '', minute = ''] = /^(\w{3}) (\d+):(\d+)$/.exec(text) ?? []
  const at = Number(hour) * 60 + Number(minute)
  return days.some(one => one === day.toLowerCase()) && at >= fromMinute && at < toMinute
}

test.each([
  ['09:00', 540],
  ['24:00', 1440],
  ['24:01', undefined],
  ['9:00', undefined],
  ['12:60', undefined],
])('%s as a time of day', (written, minutes) => expect(parseTimeOfDay(written)).toBe(minutes))

test('names of zones', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false])
})
