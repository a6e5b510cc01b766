import type { IncidentDetail } from '../contracts/views.ts'
import { nextPage } from '../language/next-page.ts'
import type { Pool } from '../store/database.ts'
import { readIncidentRecord } from '../store/incident-detail.ts'
import { readRunbookVersion } from '../store/runbooks.ts'

/** An incident as people see it: its record, and what its runbook makes of it. Throws `not_found`. */
export async function showIncident(pool: Pool, number: string): Promise<IncidentDetail> {
  const record = await readIncidentRecord(pool, number)
  const runbook = await readRunbookVersion(pool, record.runbookHash)
  return { ...record, nextPage: runbook === undefined ? null : nextPage(record, runbook) }
}
