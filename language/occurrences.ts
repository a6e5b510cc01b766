/**
 * The times of a schedule. Clocks that change are followed: a time that a day has not is the next moment there is, one that it has twice
 * is its first, and what comes every hour comes every hour. Cron expressions are those of https://croner.56k.guru, which loses times, or has them
 * twice, on the days of a change when there are several of them; so it is only asked for what clocks show.
 */
import { Cron } from 'croner'
import type { Schedule } from '../contracts/schedule.ts'
import { type CronProblem, problemOfParts } from './cron-problem.ts'
import { type WallClock, wallClock } from './wall-clock.ts'

type Times = Pick<Schedule, 'cron' | 'zone'>

/** What is wrong with a cron expression; undefined when nothing is. */
export function problemOfCron(cron: string): CronProblem | undefined {
  // The short forms hide the minute at which everything else begins as well.
  if (cron.trim().split(/\s+/).length !== 5)
    return { message: '`cron` must have five parts: minute, hour, day of the month, month, day of the week' }
  try {
    timesOf(cron)
    return undefined
  } catch (error) {
    return problemOfParts(cron) ?? { message: `\`cron\` is no time: ${reasonOf(error)}` }
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^CronPattern: /, '').replace(/\.$/, '')
}

/** Its times as if the clocks of its zone were never changed. */
function timesOf(cron: string): Cron {
  return new Cron(cron, { utcOffset: 0, mode: '5-part' })
}

/** The first times as if clocks were never changed, fewer when there are no more. */
export function timesShown(cron: string, after: number, count: number): number[] {
  return timesOf(cron)
    .nextRuns(count, new Date(after))
    .map(time => time.getTime())
}

/** The first times after a moment, fewer when there are no more. */
export function timesAfter(times: Times, afterMs: number, count: number): number[] {
  const found: number[] = []
  for (const ms of upcoming(times, afterMs)) {
    found.push(ms)
    if (found.length >= count) break
  }
  return found
}

/** Every time after one moment until another, that one included, the earliest first. */
export function timesBetween(times: Times, afterMs: number, untilMs: number): number[] {
  const found: number[] = []
  for (const ms of upcoming(times, afterMs)) {
    if (ms > untilMs) break
    found.push(ms)
  }
  return found
}

function upcoming({ cron, zone }: Times, afterMs: number): Generator<number, void> {
  const [times, clock] = [timesOf(cron), wallClock(zone)]
  const isEveryHour = cron.trim().split(/\s+/)[1] === '*'
  return isEveryHour ? asHoursPass(times, clock, afterMs) : asClocksShow(times, clock, afterMs)
}

/** Every time that the clocks should show, once; several that a day has not are one. */
function* asClocksShow(times: Cron, clock: WallClock, afterMs: number): Generator<number, void> {
  let lastMs = afterMs
  // What is shown twice was first shown within this day.
  let shown: number | undefined = clock.shownAt(afterMs) - dayMs
  while ((shown = shownAfter(times, shown)) !== undefined) {
    const ms = clock.firstShowing(shown)
    if (ms <= lastMs) continue
    yield ms
    lastMs = ms
  }
}

/** What comes in every hour has no hour that could be shown twice: whenever the clocks show it. */
function* asHoursPass(times: Cron, clock: WallClock, afterMs: number): Generator<number, void> {
  let ms = afterMs
  for (;;) {
    const from = clock.shownAt(ms)
    const shown = shownAfter(times, from)
    if (shown === undefined) return
    if (shown - from > 2 * dayMs) {
      ms = clock.firstShowing(shown - dayMs)
      continue
    }
    const there = ms + shown - from
    const change = clock.changeBetween(ms, there)
    ms = change ?? there
    if (change === undefined || shownAfter(times, clock.shownAt(change) - 1) === clock.shownAt(change))
      yield ms
  }
}

function shownAfter(times: Cron, shown: number): number | undefined {
  return times.nextRun(new Date(shown))?.getTime()
}

const dayMs = 24 * 60 * 60_000
