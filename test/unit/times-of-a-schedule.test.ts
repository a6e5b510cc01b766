/** Goal: a routine runs once at each of its times, whatever the clocks of its zone do. Method: days on which they really change. */
import { expect, test } from 'vitest'
import { timesInWords } from '../../cli/runbook/cron-words.ts'
import { timesAfter, timesBetween } from '../../language/occurrences.ts'

const iso = (times: readonly number[]): string[] => times.map(ms => new Date(ms).toISOString())

test.each([
  [
    'a time that the day has not is the next moment there is',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
  ],
  [
    'a time that the day has twice is its first',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00:00Z',
    ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
  ],
  [
    'the same in New York, when spring comes',
    '15 2 * * *',
    'America/New_York',
    '2026-03-07T12:00:00Z',
    ['2026-03-08T07:00:00.000Z', '2026-03-09T06:15:00.000Z'],
  ],
  [
    'and when it goes',
    '30 1 * * *',
    'America/New_York',
    '2026-10-31T12:00:00Z',
    ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
  ],
  [
    'a week begins where its zone is',
    '0 2 * * mon',
    'Pacific/Auckland',
    '2026-06-01T00:00:00Z',
    ['2026-06-07T14:00:00.000Z', '2026-06-14T14:00:00.000Z'],
  ],
  [
    'a quarter begins four times a year',
    '0 9 1 1,4,7,10 *',
    'UTC',
    '2026-02-01T00:00:00Z',
    ['2026-04-01T09:00:00.000Z', '2026-07-01T09:00:00.000Z'],
  ],
] as const)('%s', (_, cron, zone, after, times) => {
  expect(iso(timesAfter({ cron, zone }, Date.parse(after), 2))).toEqual(times)
})

test('between two moments: none of the first, and that of the second', () => {
  const [from, to] = ['2026-01-05T04:00:00Z', '2026-01-05T12:00:00Z'].map(text => Date.parse(text))
  expect(iso(timesBetween({ cron: '0 */4 * * *', zone: 'UTC' }, from!, to!))).toEqual([
    '2026-01-05T08:00:00.000Z',
    '2026-01-05T12:00:00.000Z',
  ])
  expect(timesBetween({ cron: '0 0 30 2 *', zone: 'UTC' }, from!, to!)).toEqual([])
})

test.each([
  ['0 2 * * mon', 'every Monday at 02:00'],
  ['0 2 * * 1,5', 'every Monday and Friday at 02:00'],
  ['30 4 * * *', 'every day at 04:30'],
  ['0 */4 * * *', 'every day at 00:00, 04:00, 08:00, 12:00, 16:00 and 20:00'],
  ['0 9 1 1,7 *', 'on day 1 of January and July at 09:00'],
  ['0 9 1 * *', 'on day 1 of each month at 09:00'],
  ['5 * * * *', 'every hour at minute 05'],
  ['0 9 13 * fri', 'on day 13 of each month and every Friday at 09:00'],
  ['*/15 8-17 * * mon-fri', 'at the times of `*/15 8-17 * * mon-fri`'],
])('%s is %s', (cron, words) => expect(timesInWords(cron)).toBe(words))
