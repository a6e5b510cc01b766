/** Times that are a little longer. */
import { formatDuration } from '../contracts/duration.ts'
import { limits } from '../contracts/limits.ts'
import type { Runbook, Steadiness } from '../contracts/runbook.ts'
import type { Path } from './asked-conditions.ts'
import { type Change, withChange } from './mutant.ts'

const minuteMs = 60_000
const longMs = 10 * minuteMs

export function changesOfDurations(runbook: Runbook): Change[] {
  const changes = durationsIn(runbook, []).flatMap(({ path, ms }): Change[] => {
    const longer = longerThan(ms, path)
    if (longer === undefined || isDefault(path, ms)) return []
    const words = `${formatDuration(ms)} -> ${formatDuration(longer)}`
    return [
      {
        kind: 'duration',
        path,
        words,
        runbook: withMeasuring(withChange(runbook, path, longer), runbook, path),
        ...(isOfNoStep(runbook, path) ? { equivalent: 'no step could begin after the window' } : {}),
      },
    ]
  })
  return [...changes, ...changesOfHours(runbook)]
}

/** The window of a routine without steps. */
function isOfNoStep({ mitigate }: Runbook, path: Path): boolean {
  return path[0] === 'schedule' && mitigate.length === 0
}

/** Of what is not there nothing is made longer, but for a level, which is there. */
function longerThan(ms: number, path: Path): number | undefined {
  if (ms === 0) return path[0] === 'escalate' ? minuteMs : undefined
  return ms >= longMs ? ms + minuteMs : 2 * ms
}

/** What nobody wrote nobody has to rehearse, as far as that can be told. */
function isDefault(path: Path, ms: number): boolean {
  if (path.at(-1) !== 'timeoutMs') return false
  return ms === (path[0] === 'triage' ? limits.checkTimeoutMs : limits.stepTimeoutMs)
}

function durationsIn(tree: unknown, path: Path): { path: Path; ms: number }[] {
  if (Array.isArray(tree)) return tree.flatMap((item: unknown, index) => durationsIn(item, [...path, index]))
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) => {
    // Parameters and inputs are no times of the runbook itself.
    if (key === 'with' || key === 'inputs') return []
    if (key.endsWith('Ms') && typeof value === 'number') {
      if (key === 'everyMs' && 'untilMs' in tree) return []
      return isDerived(key, tree) ? [] : [{ path: [...path, key], ms: value }]
    }
    return durationsIn(value, [...path, key])
  })
}

/** Without `every` it is measured at a third of `for`. */
function isDerived(key: string, tree: object): boolean {
  return key === 'everyMs' && isSteadiness(tree) && tree.everyMs === derivedEveryMs(tree)
}

function isSteadiness(tree: object): tree is Steadiness {
  return 'until' in tree && 'forMs' in tree && 'everyMs' in tree
}

function derivedEveryMs({ forMs }: Pick<Steadiness, 'forMs'>): number {
  return Math.max(Math.round(forMs / 3), limits.verifyEveryMs)
}

/** With another `for` the time between measurements is another one too, where nobody has written it. */
function withMeasuring(mutated: Runbook, runbook: Runbook, path: Path): Runbook {
  if (path.at(-1) !== 'forMs') return mutated
  const above = path.slice(0, -1)
  const [was, is] = [valueAt(runbook, above), valueAt(mutated, above)]
  if (!isObject(was) || !isObject(is) || !isSteadiness(is) || !isDerived('everyMs', was)) return mutated
  return withChange(mutated, [...above, 'everyMs'], derivedEveryMs(is))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((so, key) => (isObject(so) ? Reflect.get(so, key) : undefined), tree)
}

const hoursBy = 30

function changesOfHours(runbook: Runbook): Change[] {
  const { officeHours: hours } = runbook
  if (hours === undefined) return []
  const ofMinutes = (['fromMinute', 'toMinute'] as const).map((key): Change => {
    const minute = hours[key]
    const other = minute + hoursBy > 1_440 ? minute - hoursBy : minute + hoursBy
    const path = ['officeHours', key]
    return {
      kind: 'duration',
      path,
      words: `${timeInWords(minute)} -> ${timeInWords(other)}`,
      runbook: withChange(runbook, path, other),
    }
  })
  const ofDays = hours.days.map((day, index): Change => {
    const path = ['officeHours', 'days', index]
    return { kind: 'duration', path, words: `${day} dropped`, runbook: withChange(runbook, path, undefined) }
  })
  return [...ofMinutes, ...ofDays]
}

function timeInWords(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
