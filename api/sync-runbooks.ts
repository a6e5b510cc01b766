import { setImmediate as breathe } from 'node:timers/promises'
import { CodedError } from '../contracts/coded-error.ts'
import type { RunbookChange, RunbookInForce, WrittenRunbook } from '../contracts/runbook-registry.ts'
import type { RunbookChangeView, RunbookSyncView } from '../contracts/runbook-views.ts'
import type { Configured } from '../language/configured.ts'
import type { Fault } from '../language/fault.ts'
import {
  isDefault,
  type ReadFile,
  readRunbookFile,
  type Settled,
  settleRunbooks,
} from '../language/settle-runbooks.ts'
import { type ChangeAct, changeInForce, changesBetween, digestOf } from '../store/change-in-force.ts'
import type { Pool } from '../store/database.ts'
import { countKeepingTheirs, readInForce } from '../store/runbooks-in-force.ts'

export interface UploadedFile {
  file: string
  source: string
}

interface Sync {
  files: readonly UploadedFile[]
  by: string
  atMs: number
  /** Faulty files are held back and the others are put in force. */
  partial?: boolean
  /** The digest of what has to be in force now. */
  expect?: string
}

/** Nobody reads more, and each costs a line of the answer. */
const toldFaults = 1_000

/** What a sync of these files would change; it changes nothing. */
export async function checkSync(
  pool: Pool,
  configured: Configured | undefined,
  files: readonly UploadedFile[],
): Promise<RunbookSyncView> {
  const read = await readUploaded(files, configured)
  const now = await readInForce(pool)
  const settled = settleRunbooks(read, now)
  return viewOf(pool, now, settled, changesBetween(now, settled.inForce))
}

/**
 * Puts exactly these runbooks in force. Throws `invalid_runbook` with every fault when one has any, unless it is partial, and
 * when there would be no default; `runbooks_changed` when something else is in force than was expected.
 */
export async function syncRunbooks(
  pool: Pool,
  configured: Configured | undefined,
  { files, by, atMs, partial = false, expect }: Sync,
): Promise<RunbookSyncView> {
  const read = await readUploaded(files, configured)
  const act: ChangeAct = { way: 'sync', by, atMs }
  const seen: { now: RunbookInForce[]; settled?: Settled } = { now: [] }
  const changed = await changeInForce(pool, act, now => {
    if (expect !== undefined && now.digest !== expect) throw wasChanged()
    const settled = settleRunbooks(read, now.runbooks)
    if (settled.faults.length > 0 && !(partial && settled.inForce.some(isDefault))) throw hasFaults(settled)
    seen.now = now.runbooks
    seen.settled = settled
    return settled
  })
  // Whatever decided returned it, or threw.
  return viewOf(pool, seen.now, seen.settled!, changed!.changes)
}

/** One file after the other: while a large folder is read, webhooks are taken in between. */
async function readUploaded(
  files: readonly UploadedFile[],
  configured: Configured | undefined,
): Promise<ReadFile[]> {
  const read: ReadFile[] = []
  for (const { file, source } of files.toSorted((one, other) => (one.file < other.file ? -1 : 1))) {
    read.push(readRunbookFile(file, source, configured))
    await breathe()
  }
  return read
}

function wasChanged(): CodedError {
  const message = 'Other runbooks are in force than the ones this sync was prepared for.'
  return new CodedError('runbooks_changed', message)
}

function hasFaults({ faults }: Settled): CodedError {
  const files = new Set(faults.map(({ file }) => file)).size
  const message = `Nothing was put in force: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${files} ${files === 1 ? 'file' : 'files'}.`
  return new CodedError('invalid_runbook', message, {
    fields: { faults: told(faults) },
    hint: 'Correct the named lines and send it again; to put the other files in force meanwhile: npx paramedic runbook sync --partial',
  })
}

function told(faults: readonly Fault[]): Fault[] {
  return faults.slice(0, toldFaults)
}

async function viewOf(
  pool: Pool,
  now: readonly RunbookInForce[],
  { inForce, heldBack, faults }: Settled,
  changes: readonly RunbookChange[],
): Promise<RunbookSyncView> {
  return {
    before: digestOf(now),
    digest: digestOf(inForce),
    changes: changes.map(changeView),
    faultyFiles: heldBack.map(({ file, keeps }) => ({ file, keeps: keeps ?? null })),
    faults: told(faults),
    openIncidents: await countKeepingTheirs(pool, changes),
  }
}

function changeView({ name, change, before, after }: RunbookChange): RunbookChangeView {
  const side = (one: WrittenRunbook | undefined): RunbookChangeView['before'] => {
    if (one === undefined) return null
    const { hash, file, runbook } = one
    return { hash, file, ...(change === 'changed' ? { runbook } : {}) }
  }
  return { name, change, before: side(before), after: side(after) }
}
