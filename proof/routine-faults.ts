/** What became of the times of routines by the entries, and whether the rows say the same. */
import type { IncidentRows, MissedRunRow } from '../contracts/audit-views.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { differences, inBoth, time } from './differences.ts'
import type { Known } from './known.ts'
import type { Found, RowFault } from './row-fault.ts'

/** Those that were missed, by routine and time; they belong to no incident. */
export type KnownMissedRuns = Map<string, MissedRunRow & { seq: number }>

export function learnMissedRun(known: KnownMissedRuns, entry: TimelineEntry): void {
  if (entry.kind !== 'routine.missed') return
  const { runbook, runbookHash, dueAt, because } = entry.data
  const run = { runbook, runbookHash, dueAt, because, decidedAt: time(entry.atMs) }
  known.set(keyOf(run), { ...run, seq: entry.seq })
}

export function missedRunFaults(known: KnownMissedRuns, rows: readonly MissedRunRow[]): RowFault[] {
  const found = inBoth(table, known, rows, keyOf).flatMap((one): Found[] => {
    if (!('expected' in one)) return [one]
    const { seq: _, ...expected } = one.expected
    return differences(one.row, one.actual, expected)
  })
  return found.map(fault => ({
    incident: '',
    seq: known.get(fault.row.slice(table.length + 1))?.seq ?? null,
    ...fault,
  }))
}

const table = 'routine_run'

function keyOf({ runbook, dueAt }: Pick<MissedRunRow, 'runbook' | 'dueAt'>): string {
  return `${runbook} ${dueAt}`
}

/** Of an incident: which run of a routine it is, if any. */
export function openedRunFaults({ opened }: Known, { incident, runs }: IncidentRows): Found[] {
  const row = `${table} of ${incident.number}`
  const [run, ...others] = runs
  const beyond = others.map(other => ({
    row,
    says: `another one, of ${other.runbook} ${other.dueAt}, is there, and no entry says that it exists`,
  }))
  if (opened?.routine === undefined)
    return run === undefined ? [] : [{ row, says: 'no entry says that it exists' }, ...beyond]
  if (run === undefined) return [{ row, says: 'its entries are there and its row is not' }]
  const { runbook, runbookHash, routine, atMs } = opened
  const { dueAt, by = null } = routine
  const expected = { runbook, runbookHash, dueAt, startedBy: by, decidedAt: time(atMs) }
  return [...differences(row, run, expected), ...beyond]
}
