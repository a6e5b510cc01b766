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

const minuteMs = 60_000

/** Of each change of the clocks two days, a minute at a time: what is shown, when it is first shown, and what is passed over. */
const changes = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/Havana', '2026-03-08T05:00:00Z'],
  ['America/Havana', '2026-11-01T05:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
] as const
const crons = [
  '30 2 * * *',
  '30 2,14 * * *',
  '0 2,14 * * *',
  '30 1-3 * * *',
  '30 */2 * * *',
  '0 */2 * * *',
  '*/20 2 * * *',
]
crons.push('0,20,40 2 * * *', '5,35 1,2 * * *', '0 0 * * *', '30 0 * * *', '45 23 * * *', '*/7 0-4 * * *')

interface Shown {
  day: number
  hour: number
  minute: number
}

function shownIn(zone: string): (ms: number) => Shown {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const known = new Map<number, Shown>()
  return ms => {
    const before = known.get(ms)
    if (before !== undefined) return before
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const shown = { day: parts['day']!, hour: parts['hour']!, minute: parts['minute']! }
    known.set(ms, shown)
    return shown
  }
}

const at = ({ hour, minute }: Shown): string => `${hour}:${minute}`

function inField(field: string, value: number): boolean {
  return field.split(',').some(part => {
    const [range = '', step = '1'] = part.split('/')
    const [from = 0, to = range.includes('-') || range === '*' ? Infinity : from] =
      range === '*' ? [0] : range.split('-').map(Number)
    return value >= from && value <= to && (value - from) % Number(step) === 0
  })
}

const isDue = (cron: string, { hour, minute }: Shown): boolean => {
  const [minutes = '', hours = ''] = cron.split(' ')
  return inField(minutes, minute) && inField(hours, hour)
}

test.each(changes)('in %s around %s every time that clocks should show comes once', (zone, around) => {
  const shownAt = shownIn(zone)
  const from = Date.parse(around) - 24 * 60 * minuteMs
  const to = from + 48 * 60 * minuteMs
  for (const cron of crons) {
    const expected: number[] = []
    const seen = new Set<string>()
    let passed = shownAt(from)
    for (let ms = from + minuteMs; ms <= to; ms += minuteMs) {
      const shown = shownAt(ms)
      const over: Shown[] = []
      // What lies between two minutes that follow one another was passed over.
      for (let next = following(passed); seen.size > 0 && isBefore(next, shown); next = following(next))
        over.push(next)
      const name = `${shown.day} ${at(shown)}`
      if ([...over, ...(seen.has(name) ? [] : [shown])].some(one => isDue(cron, one))) expected.push(ms)
      seen.add(name)
      passed = shown
    }
    expect([cron, iso(timesBetween({ cron, zone }, from, to))]).toEqual([cron, iso(expected)])
  }
})

/** The minute after it on a clock that nobody changes; what the day after the last one of a month is called does not matter here. */
function following({ day, hour, minute }: Shown): Shown {
  if (minute < 59) return { day, hour, minute: minute + 1 }
  return hour < 23 ? { day, hour: hour + 1, minute: 0 } : { day: day + 1, hour: 0, minute: 0 }
}

/** Of two that lie less than a month apart. */
function isBefore(one: Shown, other: Shown): boolean {
  const minutes = ({ day, hour, minute }: Shown): number => (day * 24 + hour) * 60 + minute
  return minutes(one) < minutes(other)
}

test.each(changes)('in %s around %s what comes every hour comes whenever clocks show it', (zone, around) => {
  const shownAt = shownIn(zone)
  const from = Date.parse(around) - 24 * 60 * minuteMs
  const moments = Array.from({ length: 48 * 60 }, (_, nth) => from + (nth + 1) * minuteMs)
  for (const cron of ['0 * * * *', '30 * * * *', '*/20 * * * *', '5,50 * * * *']) {
    const expected = moments.filter(ms => isDue(cron, shownAt(ms)))
    expect([cron, iso(timesBetween({ cron, zone }, from, moments.at(-1)!))]).toEqual([cron, iso(expected)])
  }
})

test('every hour of one day of the year, with changes of the clocks on the way to it', () => {
  const schedule = { cron: '0 * 1 7 *', zone: 'Europe/Berlin' }
  const times = timesAfter(schedule, Date.parse('2026-07-02T12:00:00.123Z'), 25)
  expect(iso([times[0]!, times[23]!, times[24]!])).toEqual([
    '2027-06-30T22:00:00.000Z',
    '2027-07-01T21:00:00.000Z',
    '2028-06-30T22:00:00.000Z',
  ])
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
