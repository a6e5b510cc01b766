import type { IncidentDetail } from '../contracts/views.ts'
import { nextPage } from '../language/next-page.ts'
import { nextUpdate } from '../language/next-update.ts'
import type { Pool } from '../store/database.ts'
import { readRecordAndDeciding } from '../store/incident-detail.ts'
import { readRunbookVersion } from '../store/runbooks.ts'

/** An incident as people see it: its record, and what its runbook makes of it. Throws `not_found`. */
export async function showIncident(pool: Pool, number: string, nowMs: number): Promise<IncidentDetail> {
  const { record, deciding } = await readRecordAndDeciding(pool, number)
  const runbook = await readRunbookVersion(pool, record.runbookHash)
  if (runbook === undefined) return { ...record, nextPage: null, nextUpdate: null }
  return {
    ...record,
    nextPage: nextPage({ ...record, timeline: deciding }, runbook),
    nextUpdate: nextUpdate(record, runbook, nowMs),
  }
}
