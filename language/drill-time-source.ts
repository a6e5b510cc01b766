/** Times of a drill as they are written: `15m`, or in several units, largest first: `2m5s`. */
import { z } from 'zod'
import { longestDurationMs, parseDuration } from '../contracts/duration.ts'

const parts = /^(?:\d{1,12}d)?(?:\d{1,12}h)?(?:\d{1,12}m(?!s))?(?:\d{1,12}s)?(?:\d{1,12}ms)?$/
const shape = 'must be a time with its units, such as 30s, 15m, 2m5s or 1h'

/** Milliseconds; undefined for what is no such time, a bare number included. */
export function parseDrillTime(written: unknown): number | undefined {
  if (typeof written !== 'string' || written === '' || !parts.test(written)) return undefined
  const each = written.match(/\d+[a-z]+/g) ?? []
  const ms = each.reduce((sum, part) => sum + (parseDuration(part) ?? NaN), 0)
  return ms <= longestDurationMs ? ms : undefined
}

/** As an author would write it; nothing is `0s`. */
export function formatDrillTime(ms: number): string {
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const
  let left = ms
  const written = units.map(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count === 0 ? '' : `${count}${unit}`
  })
  return written.join('') || '0s'
}

export function drillTime() {
  return z
    .unknown()
    .meta({
      title: 'time',
      type: 'string',
      pattern: parts.source,
      description: shape,
      examples: ['15m', '2m5s'],
      errorMessage: shape,
      patternErrorMessage: shape,
    })
    .transform((written, context): number => {
      const ms = parseDrillTime(written)
      if (ms !== undefined) return ms
      context.addIssue({ code: 'custom', message: shape })
      return z.NEVER
    })
}
