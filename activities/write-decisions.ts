import { activityInfo } from '@temporalio/activity'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool } from '../store/database.ts'
import { changeIncident, type IncidentChange } from '../store/incidents.ts'
import { type Happened, leaveNews } from '../store/news.ts'
import { isFirstTime } from '../store/work-done.ts'

/** What the workflow decided and does not know to be written: a change of the incident's row and its entries. */
export interface Decision {
  /** Counts within the incident. What was decided earlier is written earlier. */
  nth: number
  change: IncidentChange
  entries: NewEntry[]
  /** What people are told that is no change of the row. */
  news?: Happened[]
  atMs: number
}

/**
 * Writes decisions once and in their order, however many activities bring them: each activity that carries a decision
 * carries all that were unwritten before it, and the key of the first makes whoever comes second wait for it.
 */
export async function writeDecisions(
  pool: Pool,
  number: string,
  decisions: readonly Decision[],
): Promise<void> {
  if (decisions.length === 0) return
  const { workflowExecution } = activityInfo()
  const run = `${workflowExecution?.workflowId}/${workflowExecution?.runId}`
  await inTransaction(pool, async tx => {
    for (const { nth, change, entries, news = [], atMs } of decisions) {
      if (!(await isFirstTime(tx, `${run}/decided/${nth}`))) continue
      await changeIncident(tx, number, change, { nth, atMs })
      await appendEntries(tx, entries)
      for (const happened of news) await leaveNews(tx, number, happened, atMs)
    }
  })
}
