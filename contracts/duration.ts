import { z } from 'zod'

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(\d{1,12})(ms|s|m|h|d)$/

/** The longest duration a file may say: a year, so that deadlines stay inside every calendar and timer. */
export const longestDurationMs = 366 * unitMs.d

export const durationShape = 'must be a duration with its unit, such as 500ms, 30s, 10m, 2h or 1d'

/** Reads `500ms`, `30s`, `10m`, `2h`, `1d` as milliseconds; undefined for anything else, bare numbers included. */
export function parseDuration(written: unknown): number | undefined {
  const match = typeof written === 'string' ? pattern.exec(written) : null
  if (match === null) return undefined
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/** Writes milliseconds in the largest unit that divides them, the way a file would say it. */
export function formatDuration(ms: number): string {
  const units = Object.entries(unitMs).reverse()
  const [unit, size] = units.find(([, size]) => ms % size === 0 && ms >= size) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

interface DurationOptions {
  /** Bounds in milliseconds, inclusive; by default none but the longest there is. */
  min?: number
  max?: number
  /** What is taken where nothing is written: only told here, filled in by whoever reads the file. */
  defaultMs?: number
}

/** What editors are told of a duration; `title` is its type in words. */
export function durationMeta(options: DurationOptions) {
  return {
    title: `duration${boundsOf(options)}`,
    type: 'string',
    pattern: pattern.source,
    description: durationShape,
    ...(options.defaultMs === undefined ? {} : { default: formatDuration(options.defaultMs) }),
    examples: examplesOf(options),
  }
}

function examplesOf({ min = 0, max = longestDurationMs }: DurationOptions): string[] {
  const fitting = ['30s', '10m', '500ms'].filter(written => {
    const ms = parseDuration(written) ?? 0
    return ms >= min && ms <= max
  })
  return fitting.slice(0, 2)
}

function boundsOf({ min = 0, max = longestDurationMs }: DurationOptions): string {
  if (max === longestDurationMs) return min === 0 ? '' : `, at least ${formatDuration(min)}`
  return min === 0 ? `, at most ${formatDuration(max)}` : `, ${formatDuration(min)} to ${formatDuration(max)}`
}

/** The schema of a duration between two bounds. */
export function duration(options: DurationOptions = {}) {
  const { min = 0, max = longestDurationMs } = options
  // Editors are told its shape; the reason for a refusal comes from below.
  const written = z.unknown().meta(durationMeta(options))
  return written.transform((written, context): number => {
    const ms = parseDuration(written)
    const message = ms === undefined ? durationShape : outOfBounds(ms, min, max)
    if (ms !== undefined && message === undefined) return ms
    context.addIssue({ code: 'custom', message: message ?? durationShape })
    return z.NEVER
  })
}

/** Says what a duration violates, or undefined when it is inside its bounds. */
export function outOfBounds(ms: number, min: number, max: number): string | undefined {
  if (ms < min) return `must be at least ${formatDuration(min)}`
  return ms > max ? `must be at most ${formatDuration(max)}` : undefined
}
