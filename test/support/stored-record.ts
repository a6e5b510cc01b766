import { type Verified, verifyLog, type VerifyOptions } from '../../proof/verify-log.ts'
import { readHistoryFile } from '../../store/archives.ts'
import { readAuditPage } from '../../store/audit-log.ts'
import { readAuditRows } from '../../store/audit-rows.ts'
import type { Pool } from '../../store/database.ts'

/** Checks the record as `paramedic audit verify` does, without the way over HTTP. */
export async function verifyStored(pool: Pool, options: VerifyOptions = {}): Promise<Verified> {
  return verifyLog(
    {
      entries: query => readAuditPage(pool, { ...query, limit: 1_000 }),
      rows: query => readAuditRows(pool, { ...query, limit: 20 }),
      history: async (incident, runId) => (await readHistoryFile(pool, incident, runId))!,
    },
    options,
  )
}
