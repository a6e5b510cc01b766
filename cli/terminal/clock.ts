/** Times as people read them: in the reader's zone, with UTC beside it where it must be exact. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

export interface Clock {
  /** `03:02:11` */
  time(ms: number): string
  /** `2025-03-14` */
  day(ms: number): string
  /** `2025-03-14 03:02:11 CET (02:02:11 UTC)` */
  exact(ms: number): string
  /** `03:02:11`, with its day when that is another one than `besideMs`'s. */
  near(ms: number, besideMs: number): string
}

/** @param zone an IANA name; default the reader's own, from TZ or the system. */
export function createClock(zone = Intl.DateTimeFormat().resolvedOptions().timeZone): Clock {
  const local = formatterOf(zone)
  const utc = formatterOf('UTC')
  const time = (ms: number): string => partsOf(local, ms).time
  const dayOf = (ms: number): string => partsOf(local, ms).day
  const near = (ms: number, besideMs: number): string =>
    dayOf(ms) === dayOf(besideMs) ? time(ms) : `${dayOf(ms)} ${time(ms)}`
  return {
    time,
    day: dayOf,
    near,
    exact(ms) {
      const here = partsOf(local, ms)
      const there = partsOf(utc, ms)
      const shown = `${here.day} ${here.time}`
      if (isUtc(zone)) return `${shown} UTC`
      const otherDay = here.day === there.day ? '' : `${there.day} `
      return `${shown} ${here.zone} (${otherDay}${there.time} UTC)`
    },
  }
}

function isUtc(zone: string): boolean {
  return ['UTC', 'Etc/UTC', 'Etc/UCT', 'Etc/GMT', 'GMT'].includes(zone)
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
}

function partsOf(formatter: Intl.DateTimeFormat, ms: number): { day: string; time: string; zone: string } {
  // One strange time in an answer must not hide the rest of it.
  if (!Number.isFinite(ms)) return { day: 'unknown day', time: '--:--:--', zone: '' }
  const parts = Object.fromEntries(formatter.formatToParts(ms).map(part => [part.type, part.value]))
  return {
    day: `${parts['year']}-${parts['month']}-${parts['day']}`,
    time: `${parts['hour']}:${parts['minute']}:${parts['second']}`,
    zone: parts['timeZoneName'] ?? '',
  }
}

/** `0.8s`, `14s`, `2m 14s`, `3h 05m`, `2d 4h`: two units at most, never longer than seven characters below 100 days. */
export function humaneDuration(ms: number): string {
  const length = Math.max(0, ms)
  if (length < 10 * second) return `${trimmed(length / second)}s`
  if (length < minute) return `${Math.floor(length / second)}s`
  if (length < hour) return `${Math.floor(length / minute)}m${rest((length % minute) / second, 's')}`
  if (length < day) return `${Math.floor(length / hour)}h${rest((length % hour) / minute, 'm')}`
  return `${Math.floor(length / day)}d${rest((length % day) / hour, 'h')}`
}

/** For countdowns and ages that are drawn again every second: whole seconds only. */
export function wholeDuration(ms: number): string {
  return humaneDuration(Math.floor(Math.max(0, ms) / second) * second)
}

function trimmed(seconds: number): string {
  return String(Math.floor(seconds * 10) / 10)
}

function rest(amount: number, unit: string): string {
  const whole = Math.floor(amount)
  return whole === 0 ? '' : ` ${String(whole).padStart(2, '0')}${unit}`
}
