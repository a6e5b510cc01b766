import type { Runbook } from '../../contracts/runbook.ts'
import type { Queryable } from '../../store/database.ts'

/**
 * A version that incidents can run without its ever having been in force, which no service makes: those are kept as they come into
 * force. The same version twice is one row.
 */
export async function saveRunbookVersion(
  db: Queryable,
  version: { hash: string; runbook: Runbook; source: string },
): Promise<void> {
  await db.query(
    'insert into runbook_version (hash, name, normalised, source_text) values ($1, $2, $3, $4) on conflict do nothing',
    [version.hash, version.runbook.name, version.runbook, version.source],
  )
}
