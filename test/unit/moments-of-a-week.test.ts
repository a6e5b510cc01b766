import { expect, test } from 'vitest'
import type { WeeklyMoment } from '../../contracts/drill.ts'
import { momentOf } from '../../language/weekly-moment.ts'

const sunday: WeeklyMoment = { day: 'sun', minute: 3 * 60 }
const monday: WeeklyMoment = { day: 'mon', minute: 10 * 60 }

test.each([
  ['the same day', monday, 'UTC', '2026-01-05T09:59:00Z', '2026-01-05T10:00:00.000Z'],
  ['a week later when it is just now', monday, 'UTC', '2026-01-05T10:00:00Z', '2026-01-12T10:00:00.000Z'],
  ['the end of the week', sunday, 'UTC', '2026-01-05T00:00:00Z', '2026-01-11T03:00:00.000Z'],
  ['by the clocks of winter', sunday, 'Europe/Berlin', '2026-01-05T00:00:00Z', '2026-01-11T02:00:00.000Z'],
  ['by the clocks of summer', sunday, 'Europe/Berlin', '2026-07-06T00:00:00Z', '2026-07-12T01:00:00.000Z'],
  [
    'where it is still Sunday',
    monday,
    'Pacific/Honolulu',
    '2026-01-05T09:00:00Z',
    '2026-01-05T20:00:00.000Z',
  ],
  [
    'not in the night the clocks change',
    sunday,
    'Europe/Berlin',
    '2026-03-24T00:00:00Z',
    '2026-04-05T01:00:00.000Z',
  ],
  [
    'nor a day after it',
    { ...monday, minute: 0 },
    'Europe/Berlin',
    '2026-03-24T00:00:00Z',
    '2026-04-05T22:00:00.000Z',
  ],
  ['but more than a day after', monday, 'Europe/Berlin', '2026-03-24T00:00:00Z', '2026-03-30T08:00:00.000Z'],
  ['nor in autumn', sunday, 'Europe/Berlin', '2026-10-20T00:00:00Z', '2026-11-01T02:00:00.000Z'],
  [
    'in a zone of its own',
    { ...monday, zone: 'Asia/Tokyo' },
    'UTC',
    '2026-01-05T00:00:00Z',
    '2026-01-05T01:00:00.000Z',
  ],
] as const)('%s', (_, at, zone, from, expected) => {
  expect(new Date(momentOf(at, zone, Date.parse(from))).toISOString()).toBe(expected)
})
