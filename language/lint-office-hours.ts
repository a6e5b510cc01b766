/** When the team is at work: hours that can be, and levels that ask for them only where they are said. */
import { parseTimeOfDay, weekdays } from '../contracts/office-hours.ts'
import type { Finding } from './fault.ts'
import { listAt, valueAt } from './tree.ts'

export function lintOfficeHours(tree: unknown): Finding[] {
  const hours = valueAt(tree, ['office_hours'])
  const only = listAt(tree, ['escalate']).flatMap((level, index) =>
    valueAt(level, ['only']) === undefined ? [] : [['escalate', index, 'only']],
  )
  if (hours === undefined)
    return only.map(path => ({
      path,
      at: 'key',
      message: '`only` needs `office_hours`: without them nobody knows when they are',
      hint: 'add for example: office_hours: { zone: Europe/Berlin, from: "09:00", to: "17:00" }',
    }))
  if (isAroundTheClock(hours))
    return [
      {
        path: ['office_hours'],
        at: 'key',
        message: 'hours around the clock leave no off-hours, and no level needs them',
      },
    ]
  const [from, to] = ['from', 'to'].map(key => timeOfDayAt(hours, key))
  if (from === undefined || to === undefined || from < to) return []
  return [{ path: ['office_hours', 'to'], message: '`to` must be later than `from`, on the same day' }]
}

function isAroundTheClock(hours: unknown): boolean {
  const days = listAt(hours, ['days'])
  const isEveryDay = weekdays.every(day => days.includes(day))
  return isEveryDay && timeOfDayAt(hours, 'from') === 0 && timeOfDayAt(hours, 'to') === 24 * 60
}

function timeOfDayAt(hours: unknown, key: string): number | undefined {
  const written = valueAt(hours, [key])
  return typeof written === 'string' ? parseTimeOfDay(written) : undefined
}
