/** When a moment that comes every week comes next. */
import type { WeeklyMoment } from '../contracts/drill.ts'
import { weekdays } from '../contracts/office-hours.ts'
import { wallClock } from './wall-clock.ts'

const dayMs = 24 * 60 * 60_000
const weekMs = 7 * dayMs
/** 1970-01-01 was a Thursday; this is the Monday of its week. */
const mondayMs = -3 * dayMs

/**
 * The first such moment after `fromMs`, by the clocks of its own zone or else of `zone`. A week in which they are changed within a day of it is
 * passed over: a drill is the same in any week it is run.
 */
export function momentOf({ day, minute, zone: own }: WeeklyMoment, zone: string, fromMs: number): number {
  const clock = wallClock(own ?? zone)
  const inWeek = weekdays.indexOf(day) * dayMs + minute * 60_000
  const weeksBefore = Math.floor((clock.shownAt(fromMs) - mondayMs) / weekMs)
  // No clock is changed in every week of a year.
  for (let week = weeksBefore; ; week++) {
    const ms = clock.firstShowing(mondayMs + week * weekMs + inWeek)
    if (ms > fromMs && clock.changeBetween(ms - dayMs, ms + dayMs) === undefined) return ms
  }
}
