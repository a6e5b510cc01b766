/** Checks the whole record: the chain from the first entry to the last, and every row against the entries it follows from. */
import type {
  AuditPage,
  AuditRowsPage,
  ChainedEntry,
  ChainHead,
  IncidentRows,
} from '../contracts/audit-views.ts'
import type { FreezeView } from '../contracts/views.ts'
import { actOfEntry } from './acts.ts'
import { type ChainFault, checkAlone, checkCheckpoint, createChainCheck, genesis } from './chain.ts'
import { time } from './differences.ts'
import { openHistoryFile } from './history-file.ts'
import { type Known, nothingKnown } from './known.ts'
import { learn } from './learn.ts'
import { readEntry } from './read-entry.ts'
import type { RowFault } from './row-fault.ts'
import { findRowFaults } from './row-faults.ts'
import { type KnownMissedRuns, learnMissedRun, missedRunFaults } from './routine-faults.ts'
import { type KnownRunbooks, learnRunbook, runbookFaults } from './runbook-faults.ts'

/** Where entries, rows and histories come from: the API, or the store in tests. */
export interface AuditSource {
  entries(query: { after: number; incident?: string }): Promise<AuditPage>
  rows(query: { after?: string; incident?: string }): Promise<AuditRowsPage>
  history(incident: string, runId: string): Promise<Uint8Array>
}

export interface VerifyOptions {
  /** Only this incident: its entries each by itself, and its rows. */
  incident?: string
  /** Only the chain from this entry on; rows follow from all entries and are left out. */
  from?: number
  /** A number and hash that were noted earlier and kept somewhere else. */
  checkpoint?: ChainHead
  onProgress?(checked: number, of: number): void
}

export interface Verified {
  /** How many entries were checked, and the newest of them. */
  entries: number
  head: ChainHead
  incidents: number
  chainFaults: ChainFault[]
  rowFaults: RowFault[]
}

export async function verifyLog(source: AuditSource, options: VerifyOptions = {}): Promise<Verified> {
  const { incident, from = 1 } = options
  const log = await openLog(source, options)
  const verified: Verified = { entries: 0, head: log.head(), incidents: 0, chainFaults: [], rowFaults: [] }
  if (from === 1) {
    const seen = new Set<string>()
    for (let after: string | undefined; ;) {
      const page = await source.rows({
        ...(after === undefined ? {} : { after }),
        ...(incident === undefined ? {} : { incident }),
      })
      // Rows are what the entries up to their own snapshot make of them; later entries wait.
      await log.advanceTo(page.head.seq)
      if (after === undefined) {
        verified.rowFaults.push(...freezeFaults(log.freeze(), page.freeze))
        verified.rowFaults.push(...runbookFaults(log.runbooks, page.runbooks))
        verified.rowFaults.push(...missedRunFaults(log.missedRuns, page.missedRuns))
      }
      for (const rows of page.incidents) {
        seen.add(rows.incident.number)
        verified.rowFaults.push(...findRowFaults(log.known(rows.incident.number), rows, log.freezes))
        verified.rowFaults.push(...(await fileFaults(source, log.known(rows.incident.number), rows)))
      }
      if (page.nextCursor === null) break
      after = page.nextCursor
    }
    verified.incidents = seen.size
    verified.rowFaults.push(...log.openedBut(seen))
  }
  verified.chainFaults = await log.end()
  return { ...verified, entries: log.count(), head: log.head() }
}

/** Reads the log forwards and no further than asked; knows what the entries so far say. */
async function openLog(source: AuditSource, options: VerifyOptions) {
  const { incident, from = 1, checkpoint, onProgress } = options
  const filter = incident === undefined ? {} : { incident }
  const anchor = from > 1 && incident === undefined ? from - 2 : 0
  const page = await source.entries({ after: anchor, ...filter })
  const queue = [...page.entries]
  const before = from > 1 && incident === undefined ? queue.shift() : undefined
  const isAfterGap = from > 1 && before?.seq !== from - 1
  const chain = createChainCheck(from === 1 ? genesis : isAfterGap ? undefined : before)
  const faults: ChainFault[] = []
  const knowns = new Map<string, Known>()
  const freezes = new Set<string>()
  const runbooks: KnownRunbooks = new Map()
  const missedRuns: KnownMissedRuns = new Map()
  let freeze: FreezeView = { isOn: false, changedAt: null, changedBy: null, reason: null }
  let count = 0
  let head: ChainHead = page.head
  let last = before?.seq ?? anchor
  let isCheckpointMet = checkpoint === undefined

  function take(entry: ChainedEntry): void {
    faults.push(...(incident === undefined ? chain.take(entry) : checkAlone(entry)))
    count += 1
    last = entry.seq
    if (checkpoint?.seq === entry.seq) {
      isCheckpointMet = true
      faults.push(...checkCheckpoint(checkpoint, entry))
    }
    const read = readEntry(entry)
    if (read === undefined) return
    if (read.kind === 'freeze.on' || read.kind === 'freeze.off') {
      freezes.add(actOfEntry(read)!)
      freeze = {
        isOn: read.kind === 'freeze.on',
        changedAt: time(read.atMs),
        changedBy: read.actor.slice(read.actor.indexOf(':') + 1),
        reason: read.data.reason ?? null,
      }
    }
    learnRunbook(runbooks, read)
    learnMissedRun(missedRuns, read)
    if (read.incident !== undefined) learn(known(read.incident), read)
  }

  function known(number: string): Known {
    const found = knowns.get(number) ?? nothingKnown()
    knowns.set(number, found)
    return found
  }

  return {
    freezes,
    runbooks,
    missedRuns,
    freeze: () => freeze,
    known,
    count: () => count,
    head: () => head,
    async advanceTo(seq: number): Promise<void> {
      for (;;) {
        while (queue[0] !== undefined && queue[0].seq <= seq) take(queue.shift()!)
        if (queue.length > 0 || last >= seq) return
        onProgress?.(count, head.seq)
        const page = await source.entries({ after: last, ...filter })
        head = page.head
        if (page.entries.length === 0) return
        queue.push(...page.entries)
      }
    },
    /** What is known of the end of the log: nothing came after the last entry when it had this head. */
    async end(): Promise<ChainFault[]> {
      await this.advanceTo(Infinity)
      if (incident === undefined) faults.push(...chain.end(head))
      if (!isCheckpointMet && incident === undefined && checkpoint!.seq >= from)
        faults.push(...checkCheckpoint(checkpoint!, undefined))
      return faults
    },
    openedBut(seen: ReadonlySet<string>): RowFault[] {
      return [...knowns]
        .filter(([number, { opened }]) => opened !== undefined && !seen.has(number))
        .map(([number, { newest }]) => ({
          incident: number,
          row: `incident ${number}`,
          seq: newest.get('incident') ?? null,
          says: 'its entries are there and its row is not',
        }))
    },
  }
}

function freezeFaults(said: FreezeView, row: FreezeView): RowFault[] {
  const names = ['isOn', 'changedAt', 'changedBy', 'reason'] as const
  return names
    .filter(name => said[name] !== row[name] && !(name === 'reason' && said.reason === 'no reason given'))
    .map(name => ({
      incident: '',
      row: 'freeze_state',
      seq: null,
      says: `${name} is ${String(row[name])}, and its entries say ${String(said[name])}`,
    }))
}

/** An archived history is evidence too: its file has to be the one whose hash was chained. */
async function fileFaults(
  source: AuditSource,
  known: Known,
  { incident, histories }: IncidentRows,
): Promise<RowFault[]> {
  const faults: RowFault[] = []
  for (const { runId } of histories) {
    const archived = known.histories.get(runId)
    if (archived === undefined) continue
    const opened = openHistoryFile(await source.history(incident.number, runId), archived)
    if ('problem' in opened)
      faults.push({
        incident: incident.number,
        row: `history ${runId}`,
        seq: known.newest.get('history') ?? null,
        says: opened.problem,
      })
  }
  return faults
}
