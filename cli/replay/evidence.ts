/** Fetches what an incident's replay rests on: its entries as they are chained, and its archived histories. */
import type { ChainedEntry, HistoryList } from '../../contracts/audit-views.ts'
import { openHistoryFile } from '../../proof/history-file.ts'
import { readHistory, type RunHistory } from '../../proof/history.ts'
import type { Known } from '../../proof/known.ts'
import { knownFrom } from '../../proof/learn.ts'
import { readEntry } from '../../proof/read-entry.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { ApiClient } from '../api-client.ts'
import { entriesOf, recordOf } from '../audit/read-record.ts'

export interface RunEvidence {
  runId: string
  sha256: string
  /** Absent when `problem` says why it is not to be used. */
  history?: { run: RunHistory; json: string }
  problem?: string
}

export interface Evidence {
  number: string
  workflowId: string
  chained: ChainedEntry[]
  /** Entries that can still be read, freezes included. */
  entries: TimelineEntry[]
  /** In the order of the chain, as its entry names them. */
  runs: RunEvidence[]
}

export async function fetchEvidence(api: ApiClient, number: string): Promise<Evidence> {
  const list = await api.get<HistoryList>(`/v1/incidents/${number}/histories`)
  const chained: ChainedEntry[] = []
  for await (const entry of entriesOf(recordOf(api), number)) chained.push(entry)
  const entries = chained.flatMap(entry => readEntry(entry) ?? [])
  const known = knownFrom(entries.filter(entry => entry.incident === number))
  const runIds = [...new Set([...known.histories.keys(), ...list.runs.map(run => run.runId)])]
  const runs: RunEvidence[] = []
  for (const runId of runIds) runs.push(await fetchRun(api, list, known, runId))
  return { number, workflowId: list.workflowId, chained, entries, runs: withLinks(runs) }
}

async function fetchRun(
  api: ApiClient,
  list: HistoryList,
  known: Known,
  runId: string,
): Promise<RunEvidence> {
  const archived = known.histories.get(runId)
  const row = list.runs.find(run => run.runId === runId)
  const about = { runId, sha256: archived?.sha256 ?? row?.sha256 ?? '' }
  if (archived === undefined) return { ...about, problem: 'no entry says that it was archived' }
  if (row === undefined) return { ...about, problem: 'it was archived, and it is gone' }
  const opened = openHistoryFile(await api.file(`/v1/incidents/${list.number}/histories/${runId}`), archived)
  if ('problem' in opened) return { ...about, problem: opened.problem }
  if (row.sha256 !== archived.sha256)
    return { ...about, problem: `its row says SHA-256 ${row.sha256.slice(0, 12)}, and its entry another` }
  return readRun(about, opened.json)
}

function readRun(about: Pick<RunEvidence, 'runId' | 'sha256'>, json: string): RunEvidence {
  try {
    return { ...about, history: { run: readHistory(about.runId, json), json } }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { ...about, problem: `it is not a whole history: ${why}` }
  }
}

/** Each run goes on where the one before ended, and the last one ends. */
function withLinks(runs: readonly RunEvidence[]): RunEvidence[] {
  return runs.map((evidence, index) => {
    const run = evidence.history?.run
    if (run === undefined) return evidence
    const before = runs[index - 1]?.runId
    if (run.continuedFrom !== before)
      return {
        ...evidence,
        problem: `it goes on from ${run.continuedFrom ?? 'nothing'}, not from ${before ?? 'nothing'}`,
      }
    const isLast = index === runs.length - 1
    if (run.end === undefined || (isLast && run.end.type === 'a new run'))
      return { ...evidence, problem: 'it goes on, and the rest is not archived' }
    return evidence
  })
}
