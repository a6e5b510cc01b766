/** Times as people read them: in the reader's zone, with UTC beside it where it must be exact. */
import { exactMoments, zonedTimes } from '../../contracts/zoned-time.ts'

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
  /** The same with its zone, where nothing beside it says which: `03:02:11 CET`. */
  zoned(ms: number, besideMs: number): string
  /** `CET`, as it is called at this moment. */
  zone(ms: number): string
}

/** @param zone an IANA name; default the reader's own, from TZ or the system. */
export function createClock(zone = Intl.DateTimeFormat().resolvedOptions().timeZone): Clock {
  const local = zonedTimes(zone)
  const exactly = exactMoments(zone)
  // One strange time in an answer must not hide the rest of it.
  const time = (ms: number): string => (Number.isFinite(ms) ? local(ms).time : '--:--:--')
  const dayOf = (ms: number): string => (Number.isFinite(ms) ? local(ms).day : 'unknown day')
  const zoneAt = (ms: number): string => (Number.isFinite(ms) ? local(ms).zone : '')
  const near = (ms: number, besideMs: number): string =>
    dayOf(ms) === dayOf(besideMs) ? time(ms) : `${dayOf(ms)} ${time(ms)}`
  return {
    time,
    day: dayOf,
    near,
    zoned: (ms, besideMs) => `${near(ms, besideMs)} ${zoneAt(ms)}`.trimEnd(),
    zone: zoneAt,
    exact: ms => (Number.isFinite(ms) ? exactly(ms) : `${dayOf(ms)} ${time(ms)}`),
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
