/**
 * What a runbook's shape cannot say: names that must exist, kinds that must fit, orders, conditions. Reads the tree as it
 * was written and skips what the schema refuses anyway, so that one pass reports everything.
 */
import { defaultRunbookName } from './choose-runbook.ts'
import { parseDuration } from '../contracts/duration.ts'
import { parseTimeOfDay, weekdays } from '../contracts/office-hours.ts'
import type { Finding } from './fault.ts'
import { lintConditions } from './lint-conditions.ts'
import { lintUses } from './lint-uses.ts'
import { lintSteadiness } from './lint-steadiness.ts'
import { nameHint } from './nearest-name.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintRunbook(tree: unknown): Finding[] {
  return [
    ...lintMatch(tree),
    ...lintUses(tree),
    ...lintSeverityRules(tree),
    ...lintStepIds(tree),
    ...lintCheckNames(tree),
    ...lintSteadiness(tree),
    ...lintOfficeHours(tree),
    ...lintEscalation(tree),
    ...lintConditions(tree),
  ]
}

/** A runbook that nobody wrote a `match` for would silently never run. */
function lintMatch(tree: unknown): Finding[] {
  const name = valueAt(tree, ['metadata', 'name'])
  const hasMatch = valueAt(tree, ['match']) !== undefined
  if (typeof name !== 'string' || hasMatch === (name !== defaultRunbookName)) return []
  if (hasMatch) {
    return [
      {
        path: ['match'],
        at: 'key',
        message: 'the runbook named `default` has no `match`: it is chosen when no other matches',
      },
    ]
  }
  const hint = 'add for example: match: alert.labels.alertname == "..."'
  return [
    {
      path: ['metadata', 'name'],
      message: '`match` is required: without it the runbook is never chosen',
      hint,
    },
  ]
}

function lintSeverityRules(tree: unknown): Finding[] {
  const rules = listAt(tree, ['triage', 'severity'])
  return rules.flatMap((rule, index): Finding[] => {
    const path = ['triage', 'severity', index]
    const hasWhen = valueAt(rule, ['when']) !== undefined
    const isLast = index === rules.length - 1
    if (isLast && hasWhen) {
      return [
        {
          path: [...path, 'when'],
          at: 'key',
          message: 'the last severity rule has no `when`: it holds when none before did',
        },
      ]
    }
    if (isLast || hasWhen) return []
    return [
      {
        path,
        message: 'only the last severity rule may have no `when`: the rules after it would never be reached',
      },
    ]
  })
}

function lintStepIds(tree: unknown): Finding[] {
  const ids = listAt(tree, ['mitigate']).map(step => valueAt(step, ['id']))
  return ids.flatMap((id, index) => {
    const isRepeated = typeof id === 'string' && ids.indexOf(id) < index
    return isRepeated ? [{ path: ['mitigate', index, 'id'], message: `step \`${id}\` is named twice` }] : []
  })
}

/** Verifications measure the checks of triage, by their names. */
function lintCheckNames(tree: unknown): Finding[] {
  const known = entriesOf(valueAt(tree, ['triage', 'checks'])).map(([name]) => name)
  const ofSteps = listAt(tree, ['mitigate']).flatMap((_, index) => [
    ['mitigate', index, 'precheck', 'check'],
    ['mitigate', index, 'verify', 'check'],
  ])
  const overall = listAt(tree, ['verify', 'checks']).map((_, index) => ['verify', 'checks', index])
  return [...ofSteps, ...overall].flatMap(path => {
    const name = valueAt(tree, path)
    if (typeof name !== 'string' || known.includes(name)) return []
    return [{ path, message: `triage has no check \`${name}\``, hint: nameHint(name, known) }]
  })
}

function lintOfficeHours(tree: unknown): Finding[] {
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

function lintEscalation(tree: unknown): Finding[] {
  const afters = listAt(tree, ['escalate']).map(level => parseDuration(valueAt(level, ['after'])))
  return afters.flatMap((after, index) => {
    const before = afters[index - 1]
    if (after === undefined || before === undefined || after >= before) return []
    return [{ path: ['escalate', index, 'after'], message: 'levels must be in the order of their time' }]
  })
}
