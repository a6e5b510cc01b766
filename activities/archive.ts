import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import { type ArchivedRun, saveHistory } from '../store/archives.ts'
import { inTransaction, type Pool } from '../store/database.ts'

/** The door to Temporal's histories; the composition root opens it. */
export interface Histories {
  /** Every run of the incident's chain, oldest first, as canonical JSON; undefined while the chain still runs. */
  readClosedChain(number: string): Promise<{ runId: string; events: number; json: string }[] | undefined>
}

export function createArchiveActivities({ pool, histories }: { pool: Pool; histories: Histories }) {
  return {
    /** Keeps the complete histories of a closed chain, with their SHA-256 in the audit log. Retried until the chain is closed. */
    async archive(input: { number: string }): Promise<{ runs: number }> {
      const chain = await histories.readClosedChain(input.number)
      if (chain === undefined) {
        const message = `incident ${input.number} still runs`
        throw ApplicationFailure.create({
          message,
          type: 'StillRunning',
          category: ApplicationFailureCategory.BENIGN,
        })
      }
      const atMs = Date.now()
      const runs: ArchivedRun[] = chain.map(({ runId, events, json }) => ({
        runId,
        events,
        historyGzip: gzipSync(json),
        sha256: createHash('sha256').update(json).digest('hex'),
      }))
      await inTransaction(pool, async tx => {
        const saved: boolean[] = []
        for (const run of runs) saved.push(await saveHistory(tx, input.number, run, atMs))
        if (saved.includes(true)) await appendEntries(tx, [archivedEntry(input.number, runs, atMs)])
      })
      return { runs: runs.length }
    },
  }
}

function archivedEntry(incident: string, runs: ArchivedRun[], atMs: number): NewEntry {
  const kept = runs.map(({ runId, sha256, events, historyGzip }) => ({
    runId,
    sha256,
    events,
    bytes: historyGzip.length,
  }))
  return { kind: 'history.archived', actor: 'paramedic', atMs, incident, data: { runs: kept } }
}
