import type { ArchivedRunView } from '../contracts/audit-views.ts'
import type { Queryable } from './database.ts'

export interface ArchivedRun {
  runId: string
  historyGzip: Buffer
  sha256: string
  events: number
}

/** Keeps the complete history of one run; the same run twice is one row. Returns true when it was new. */
export async function saveHistory(
  tx: Queryable,
  incident: string,
  run: ArchivedRun,
  atMs: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into history_archive (incident, run_id, history_gzip, sha256, events, archived_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [incident, run.runId, run.historyGzip, run.sha256, run.events, new Date(atMs)],
  )
  return rowCount === 1
}

export async function listHistories(db: Queryable, incident: string): Promise<ArchivedRunView[]> {
  const { rows } = await db.query<ArchivedRunView>(
    `select run_id as "runId", sha256, events, length(history_gzip) as bytes
     from history_archive where incident = $1 order by archived_at, run_id`,
    [incident],
  )
  return rows
}

/** The compressed history of one run, as it was archived; undefined when there is none. */
export async function readHistoryFile(
  db: Queryable,
  incident: string,
  runId: string,
): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ file: Buffer }>(
    'select history_gzip as file from history_archive where incident = $1 and run_id = $2',
    [incident, runId],
  )
  return rows[0]?.file
}
