/** Which runbooks are in force by their entries, and whether the rows say the same. */
import type { RunbookRow } from '../contracts/audit-views.ts'
import { hashOf } from '../contracts/canonical-json.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { differences, inBoth, time } from './differences.ts'
import type { RowFault } from './row-fault.ts'

type Said = Omit<RunbookRow, 'name' | 'runbook'> & { seq: number }

/** By name. */
export type KnownRunbooks = Map<string, Said>

export function learnRunbook(known: KnownRunbooks, entry: TimelineEntry): void {
  if (entry.kind === 'runbook.withdrawn') known.delete(entry.data.name)
  if (entry.kind !== 'runbook.in-force') return
  const { name, hash, before, file, way } = entry.data
  const same = before === hash ? known.get(name) : undefined
  const by = entry.actor.slice(entry.actor.indexOf(':') + 1)
  known.set(name, {
    hash,
    file,
    // Comments and places are no version: it is in force since it came, by whom it came.
    since: same?.since ?? time(entry.atMs),
    way: same?.way ?? way,
    by: same?.by ?? by,
    seq: entry.seq,
  })
}

/** A runbook whose text was changed under its hash would be run as if it had been reviewed. */
export function runbookFaults(known: KnownRunbooks, rows: readonly RunbookRow[]): RowFault[] {
  const found = inBoth('runbook_in_force', known, rows, ({ name }) => name).flatMap(one => {
    if (!('expected' in one)) return [one]
    const { seq: _, ...expected } = one.expected
    return differences(one.row, one.actual, expected)
  })
  const rewritten = rows
    .filter(({ hash, runbook }) => hashOf(runbook) !== hash)
    .map(({ hash, name }) => ({
      row: `runbook_version ${hash}`,
      says: `what is kept of ${name} under this hash has another one`,
    }))
  return [...found, ...rewritten].map(fault => ({ incident: '', seq: seqOf(known, fault.row), ...fault }))
}

function seqOf(known: KnownRunbooks, row: string): number | null {
  return known.get(row.slice(row.indexOf(' ') + 1))?.seq ?? null
}
