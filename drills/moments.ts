/** Times of a drill, that a machine has made a little late. */
import type { Moment } from './happened.ts'

/** Two clocks meet in a moment: the workflow's, and that of the row it wrote. */
const clocksDifferMs = 100

/** True when it may have happened then: what the machine itself needed is nobody's delay. */
export function isAt({ atMs, slackMs }: Moment, expectedMs: number): boolean {
  return atMs - slackMs - clocksDifferMs <= expectedMs && expectedMs <= atMs + clocksDifferMs
}

/** The roundest figures first: what people write in a runbook. */
const roundMs = [60_000, 5_000, 1_000, 100] as const

/**
 * When it would have happened on an endlessly fast machine: the first of `figures` that is possible, else the roundest time that
 * is, in milliseconds.
 */
export function likelyMs({ atMs, slackMs }: Moment, figures: readonly number[] = []): number {
  const earliestMs = Math.max(0, atMs - slackMs)
  const known = figures.find(figure => isAt({ atMs, slackMs }, figure))
  if (known !== undefined) return known
  const round = roundMs.map(unit => Math.floor(atMs / unit) * unit).find(candidate => candidate >= earliestMs)
  return round ?? atMs
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
