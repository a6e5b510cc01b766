/** A runbook that runs at times: that there are such times, not too many, and that a run has ended before the next one begins. */
import { durationInWords } from '../contracts/duration-words.ts'
import { parseDuration } from '../contracts/duration.ts'
import { limits } from '../contracts/limits.ts'
import { isTimeZone } from '../contracts/office-hours.ts'
import { defaultRunbookName } from './choose-runbook.ts'
import type { Finding } from './fault.ts'
import { lintFirstAsked } from './lint-first-asked.ts'
import { problemOfCron, timesShown } from './occurrences.ts'
import { valueAt } from './tree.ts'

export function lintSchedule(tree: unknown): Finding[] {
  const schedule = valueAt(tree, ['schedule'])
  return schedule === undefined ? [] : [...lintBeside(tree), ...lintTimes(schedule), ...lintFirstAsked(tree)]
}

/** What is said of alerts says nothing of a runbook that none begins. */
function lintBeside(tree: unknown): Finding[] {
  const at = 'key'
  const isDefault = valueAt(tree, ['metadata', 'name']) === defaultRunbookName
  const needless: [string, string][] = [
    ['match', '`match` and `schedule` are two runbooks: one begins with an alert, the other at its times'],
    ['priority', '`priority` decides between runbooks that match, and this one runs at its times'],
    ['hold', '`hold` is for alerts that return, and no alert begins this: it is over when it is verified'],
  ]
  return [
    ...(isDefault
      ? [
          {
            path: ['schedule'],
            at,
            message: 'the runbook named `default` is for alerts and has no times',
          } as const,
        ]
      : []),
    ...needless.flatMap(([key, message]): Finding[] =>
      isLeftOut(key, valueAt(tree, [key])) ? [] : [{ path: [key], at, message }],
    ),
  ]
}

/** Written out, a default says nothing. */
function isLeftOut(key: string, written: unknown): boolean {
  if (written === undefined || (key === 'priority' && written === 0)) return true
  return key === 'hold' && parseDuration(written) === limits.holdMs
}

/** A leap day is on one of two thousand days: whatever comes at all comes after this. */
const begin = Date.parse('2024-01-01T00:00:00Z')
const timesLookedAt = 100

function lintTimes(schedule: unknown): Finding[] {
  const [cron, zone] = ['cron', 'zone'].map(key => valueAt(schedule, [key]))
  if (typeof cron !== 'string') return []
  const at = ['schedule', 'cron']
  const problem = problemOfCron(cron)
  if (problem !== undefined) return [{ path: at, ...problem }]
  if (typeof zone !== 'string' || !isTimeZone(zone)) return []
  const times = timesShown(cron, begin, timesLookedAt)
  if (times.length === 0) return [{ path: at, message: '`cron` never comes: there is no such day' }]
  const between = Math.min(...times.slice(1).map((time, index) => time - times[index]!))
  if (between < limits.routineEveryMs) {
    const [apart, least] = [between, limits.routineEveryMs].map(durationInWords)
    return [{ path: at, message: `\`cron\` comes ${apart} apart: runs are at least ${least} apart` }]
  }
  const windowMs = parseDuration(valueAt(schedule, ['window']))
  if (windowMs === undefined || windowMs <= between) return []
  const message = `\`window\` is longer than the ${durationInWords(between)} between two runs`
  return [
    {
      path: ['schedule', 'window'],
      message,
      hint: 'a run that is late would begin when the next one is due',
    },
  ]
}
