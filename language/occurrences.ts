/**
 * The times of a schedule. Clocks that change are followed: a time that a day has not is the next moment there is, one that it has twice
 * is its first. https://croner.56k.guru
 */
import { Cron } from 'croner'
import type { Schedule } from '../contracts/schedule.ts'

type Times = Pick<Schedule, 'cron' | 'zone'>

/** What is wrong with a cron expression, as one clause; undefined when nothing is. */
export function problemOfCron(cron: string): string | undefined {
  // The short forms hide the minute at which everything else begins as well.
  if (cron.trim().split(/\s+/).length !== 5)
    return 'must have five parts: minute, hour, day of the month, month, day of the week'
  try {
    timesOf({ cron, zone: 'UTC' })
    return undefined
  } catch (error) {
    return `is no time: ${reasonOf(error)}`
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^CronPattern: /, '').replace(/\.$/, '')
}

function timesOf({ cron, zone }: Times): Cron {
  return new Cron(cron, { timezone: zone, mode: '5-part' })
}

/** The first times after a moment, fewer when there are no more. */
export function timesAfter(schedule: Times, afterMs: number, count: number): number[] {
  const cron = timesOf(schedule)
  const times: number[] = []
  for (let ms = afterMs; times.length < count;) {
    const next = cron.nextRun(new Date(ms))
    if (next === null) break
    ms = next.getTime()
    times.push(ms)
  }
  return times
}

/** Every time after one moment until another, that one included, the earliest first. */
export function timesBetween(schedule: Times, afterMs: number, untilMs: number): number[] {
  const cron = timesOf(schedule)
  const times: number[] = []
  for (let ms = afterMs; ;) {
    const next = cron.nextRun(new Date(ms))
    if (next === null || next.getTime() > untilMs) return times
    ms = next.getTime()
    times.push(ms)
  }
}
