/** When a team is at work, and which moments an escalation level may page in. Pure, and safe in the workflow sandbox. */

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
type Weekday = (typeof weekdays)[number]

export interface OfficeHours {
  /** IANA name. */
  zone: string
  days: Weekday[]
  /** Minutes since midnight, by the clocks of the zone. */
  fromMinute: number
  /** At most 1440, which is midnight at the end of the day. */
  toMinute: number
}

export type HoursOnly = 'office-hours' | 'off-hours'

const minuteMs = 60_000
const dayMinutes = 24 * 60
/** A week has both kinds of hours whatever the calendar is; with clocks that change it is an hour longer. */
const searchMs = 8 * dayMinutes * minuteMs

/** The first moment from `ms` on that is inside (or outside) office hours; `ms` itself when it is. */
export function nextIn(only: HoursOnly, hours: OfficeHours, ms: number): number {
  const read = localTimes(hours.zone)
  const isIn = (at: number): boolean => isOffice(hours, read(at)) === (only === 'office-hours')
  if (isIn(ms)) return ms
  let at = ms
  while (at < ms + searchMs) {
    at = nextBoundary(hours, at, read(at).minute)
    if (isIn(at)) return at
  }
  // Hours around the clock, every day: the other kind never comes.
  return Number.POSITIVE_INFINITY
}

interface LocalTime {
  day: Weekday
  /** Since midnight. */
  minute: number
}

function isOffice({ days, fromMinute, toMinute }: OfficeHours, { day, minute }: LocalTime): boolean {
  return days.includes(day) && minute >= fromMinute && minute < toMinute
}

/** No further than the next full hour, because clocks change at one. */
function nextBoundary({ fromMinute, toMinute }: OfficeHours, ms: number, minute: number): number {
  const nextHour = 60 * (Math.floor(minute / 60) + 1)
  const next = Math.min(...[fromMinute, toMinute, nextHour].filter(boundary => boundary > minute))
  return ms - (ms % minuteMs) + (next - minute) * minuteMs
}

/** Making the formatter costs far more than using it. */
function localTimes(timeZone: string): (ms: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return ms => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    return {
      day: parts['weekday']!.toLowerCase() as Weekday,
      minute: Number(parts['hour']) * 60 + Number(parts['minute']),
    }
  }
}

/** `09:30` as minutes since midnight, `24:00` included; undefined for anything else. */
export function parseTimeOfDay(written: string): number | undefined {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(written)
  const minutes = match === null ? undefined : Number(match[1]) * 60 + Number(match[2])
  return minutes === undefined || minutes > dayMinutes ? undefined : minutes
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format()
    return true
  } catch {
    return false
  }
}
