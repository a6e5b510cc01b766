/** What a sync changes or would change, for a person. */
import type { RunbookChangeView, RunbookFaultView, RunbookSyncView } from '../../contracts/runbook-views.ts'
import type { Fault } from '../../language/fault.ts'
import { formatFault } from '../../language/format-fault.ts'
import type { Change } from '../compare/change.ts'
import { compareRunbooks } from '../compare/runbooks.ts'
import { tellChanges } from '../compare/tell.ts'
import { counted, shortHash } from '../narrate/narration.ts'
import { section, type Page } from '../story/view.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'
import type { FolderFile } from './folder.ts'

/** Faults first, then what changes, what loosens safety before the rest; the verdict is the caller's. */
export function tellSync(sync: RunbookSyncView, files: readonly FolderFile[], page: Page): string[] {
  const of = (change: RunbookChangeView['change']): RunbookChangeView[] =>
    sync.changes.filter(one => one.change === change)
  const listed = (changes: readonly RunbookChangeView[]): string[] =>
    table(changes.map(rowOf), page.paint).map(line => `  ${line}`)
  const heldBack = sync.faultyFiles.map(({ file, keeps }) => [
    oneLine(file),
    keeps === null ? '' : `the last good version of ${oneLine(keeps)} stays in force`,
  ])
  return [
    ...tellFaults(sync.faults, files),
    ...section(
      'Held back',
      table(heldBack, page.paint).map(line => `  ${line}`),
      page,
    ),
    ...section('New', listed(of('new')), page),
    ...of('changed')
      .map(compared)
      .toSorted(byLoosening)
      .flatMap(one => tellCompared(one, page)),
    ...section('Taken out of force', listed(of('removed')), page),
    ...section('The same, written otherwise', listed(of('rewritten')), page),
  ]
}

/** As `runbook lint` tells them. */
export function tellFaults(faults: readonly RunbookFaultView[], files: readonly FolderFile[]): string[] {
  return faults.flatMap(fault => {
    const source = files.find(({ file }) => file === fault.file)?.source
    // The service sends faults as the linter has them; only the list of codes may be a newer one.
    return [...formatFault(fault as Fault, source).split('\n'), '']
  })
}

function rowOf({ name, before, after }: RunbookChangeView): string[] {
  const side = after ?? before
  return [oneLine(name), side === null ? '' : shortHash(side.hash), side === null ? '' : oneLine(side.file)]
}

interface Compared {
  change: RunbookChangeView
  changes: Change[]
}

function compared(change: RunbookChangeView): Compared {
  const [before, after] = [change.before?.runbook, change.after?.runbook]
  return {
    change,
    changes: before === undefined || after === undefined ? [] : compareRunbooks(before, after),
  }
}

function loosening({ changes }: Compared): number {
  return changes.filter(({ effect }) => effect === 'loosens').length
}

function byLoosening(one: Compared, other: Compared): number {
  return loosening(other) - loosening(one)
}

function tellCompared({ change: { name, before, after }, changes }: Compared, page: Page): string[] {
  const versions = `${shortHash(before?.hash ?? '')} → ${shortHash(after?.hash ?? '')}`
  const title = `CHANGED: ${oneLine(name)} ${versions}, ${oneLine(after?.file ?? '')}`
  return ['', page.paint.strong(title), ...tellChanges(changes, page)]
}

/** `2 new, 1 changed and 1 taken out of force`. */
export function countedChanges({ changes }: RunbookSyncView): string {
  const words = {
    new: 'new',
    changed: 'changed',
    removed: 'taken out of force',
    rewritten: 'written otherwise',
  }
  const counts = Object.entries(words).flatMap(([change, word]) => {
    const count = changes.filter(one => one.change === change).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  return counts.length === 0 ? counted(0, 'change') : counts.join(', ')
}
