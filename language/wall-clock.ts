/** Between moments and what the clocks of a zone show at them. What is shown is written as the moment at which UTC shows it. */
import { zonedTimes } from '../contracts/zoned-time.ts'

export interface WallClock {
  shownAt(ms: number): number
  /** When it is first shown; the first moment after it when the clocks are put forward over it. */
  firstShowing(shown: number): number
  /** The moment at which the clocks have been changed, between two that lie at most on two sides of one change; undefined without one. */
  changeBetween(earlierMs: number, laterMs: number): number | undefined
}

const dayMs = 24 * 60 * 60_000

export function wallClock(zone: string): WallClock {
  const read = zonedTimes(zone)
  const aheadAt = (ms: number): number => {
    const second = ms - (ms % 1_000)
    const { day, time } = read(second)
    return Date.parse(`${day}T${time}Z`) - second
  }
  const shownAt = (ms: number): number => ms + aheadAt(ms)

  function changeBetween(earlierMs: number, laterMs: number): number | undefined {
    const ahead = aheadAt(earlierMs)
    if (aheadAt(laterMs) === ahead) return undefined
    // Clocks are changed at a full second.
    let [same, other] = [Math.floor(earlierMs / 1_000), Math.ceil(laterMs / 1_000)]
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2)
      if (aheadAt(middle * 1_000) === ahead) same = middle
      else other = middle
    }
    return other * 1_000
  }

  /** No clock is a day ahead of UTC or behind it, and none is changed twice within two days. */
  function firstShowing(shown: number): number {
    const [before, after] = [aheadAt(shown - dayMs), aheadAt(shown + dayMs)]
    const moments = [shown - Math.max(before, after), shown - Math.min(before, after)] as const
    const found = moments.find(ms => shownAt(ms) === shown)
    return found ?? changeBetween(...moments)!
  }

  return { shownAt, firstShowing, changeBetween }
}
