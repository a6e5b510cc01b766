import { expect, it } from 'vitest'
import { createClock, humaneDuration } from '../../../cli/terminal/clock.ts'

const ms = Date.parse('2025-03-14T23:30:05Z')

it.each([
  [0, '0s'],
  [850, '0.8s'],
  [9_990, '9.9s'],
  [14_000, '14s'],
  [60_000, '1m'],
  [134_000, '2m 14s'],
  [3_600_000, '1h'],
  [11_100_000, '3h 05m'],
  [187_200_000, '2d 04h'],
  [-5, '0s'],
])('%i ms is %s', (length, words) => expect(humaneDuration(length)).toBe(words))

it.each([
  ['Europe/Berlin', '2025-03-15 00:30:05 CET (2025-03-14 23:30:05 UTC)'],
  ['Asia/Kolkata', '2025-03-15 05:00:05 GMT+5:30 (2025-03-14 23:30:05 UTC)'],
  ['America/New_York', '2025-03-14 19:30:05 GMT-4 (23:30:05 UTC)'],
  ['UTC', '2025-03-14 23:30:05 UTC'],
])('in %s it is %s', (zone, words) => expect(createClock(zone).exact(ms)).toBe(words))

it('names the day only when it is another one', () => {
  const clock = createClock('UTC')
  expect(clock.near(ms, ms + 1_000)).toBe('23:30:05')
  expect(clock.near(ms, ms + 3_600_000)).toBe('2025-03-14 23:30:05')
  expect(clock.near(Number.NaN, ms)).toContain('unknown')
})
