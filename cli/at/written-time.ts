import { longestDurationMs, parseDuration } from '../../contracts/duration.ts'
import { Failure } from '../failure.ts'

/**
 * The moment somebody means: `2026-03-14T03:17:09Z` (a zone is required), `+15m` or `1h30m` after opening, or `03:17` and
 * `03:17:09` in the reader's zone, the first such time from the opening on. Throws `wrong_usage`.
 */
export function readWrittenTime(written: string, openedMs: number, isUtc: boolean, nowMs: number): number {
  const text = written.trim()
  const found = afterOpening(text, openedMs) ?? withZone(text) ?? onItsDay(text, openedMs, isUtc)
  if (found !== undefined && found <= nowMs + toTheSecondMs) return found
  if (found !== undefined && Number.isFinite(found)) throw yetToCome(written, openedMs, found)
  throw new Failure('wrong_usage', `"${written}" is no time.`, {
    hint: 'give +15m (after opening), 03:17:09 (your zone), or 2026-03-14T03:17:09Z (with its zone)',
    exitCode: 2,
  })
}

/** Clocks differ a little, and times are written to the second. */
const toTheSecondMs = 1_000

function yetToCome(written: string, openedMs: number, foundMs: number): Failure {
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
  return new Failure('wrong_usage', `"${written}" is ${iso(foundMs)}, which is yet to come.`, {
    hint: `it opened at ${iso(openedMs)}: give a time from then until now, or +5m for five minutes after it`,
    exitCode: 2,
  })
}

function afterOpening(text: string, openedMs: number): number | undefined {
  const parts = /^\+?((?:\d+(?:ms|s|m|h|d))+)$/.exec(text)?.[1]?.match(/\d+(?:ms|s|m|h|d)/g)
  if (parts === undefined || parts === null) return undefined
  const ms = parts.reduce((sum, part) => sum + (parseDuration(part) ?? Infinity), 0)
  return ms > longestDurationMs ? undefined : openedMs + ms
}

function withZone(text: string): number | undefined {
  const match = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i.exec(text)
  return match === null ? undefined : Date.parse(text.replace(' ', 'T'))
}

function onItsDay(text: string, openedMs: number, isUtc: boolean): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (match === null) return undefined
  const [hour, minute, second] = [match[1], match[2], match[3] ?? '0'].map(Number) as [number, number, number]
  const opened = new Date(openedMs)
  const at = (dayLater: number): number =>
    isUtc
      ? Date.UTC(
          opened.getUTCFullYear(),
          opened.getUTCMonth(),
          opened.getUTCDate() + dayLater,
          hour,
          minute,
          second,
        )
      : new Date(
          opened.getFullYear(),
          opened.getMonth(),
          opened.getDate() + dayLater,
          hour,
          minute,
          second,
        ).getTime()
  // Written to the second: an incident that opened within it had opened.
  return at(0) + 999 < openedMs ? at(1) : at(0)
}
