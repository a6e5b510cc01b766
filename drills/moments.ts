/** Times of a drill, that a machine has made a little late. */
import type { Moment } from './happened.ts'

/** Two clocks meet in a moment: the workflow's, and that of the row it wrote. */
const clocksDifferMs = 100

/** True when it may have happened then: what the machine itself needed is nobody's delay. */
export function isAt({ atMs, slackMs }: Moment, expectedMs: number): boolean {
  return atMs - slackMs - clocksDifferMs <= expectedMs && expectedMs <= atMs + clocksDifferMs
}

/**
 * When it would have happened on an endlessly fast machine, in milliseconds: the first of `figures` that is possible, else a whole
 * minute, as most things that wait have, else the earliest whole second, else tenth, that is possible.
 */
export function likelyMs({ atMs, slackMs }: Moment, figures: readonly number[] = []): number {
  const earliestMs = Math.max(0, atMs - slackMs)
  const known = figures.find(figure => isAt({ atMs, slackMs }, figure))
  if (known !== undefined) return known
  const minute = Math.floor(atMs / 60_000) * 60_000
  const round = [minute, ...[1_000, 100].map(unit => Math.ceil(earliestMs / unit) * unit)]
  return round.find(candidate => candidate >= earliestMs && candidate <= atMs) ?? atMs
}

/** `0s`, `45s`, `15m`, `2m 05s`, `1h 30m`: hours, minutes and seconds since the opening, tenths where they tell something apart. */
export function sinceOpening(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100)
  const seconds = Math.floor(tenths / 10)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const rest = (seconds % 60) + (tenths % 10) / 10
  const parts = [
    ...(hours > 0 ? [`${hours}h`] : []),
    ...(minutes > 0 || (hours > 0 && rest > 0) ? [twoDigits(minutes, hours > 0, 'm')] : []),
    ...(rest > 0 || seconds === 0 ? [twoDigits(rest, seconds >= 60, 's')] : []),
  ]
  return parts.join(' ')
}

function twoDigits(amount: number, isAfterAnother: boolean, unit: string): string {
  return `${isAfterAnother && amount < 10 ? '0' : ''}${amount}${unit}`
}
