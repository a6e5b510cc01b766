import type { Runbook } from '../contracts/runbook.ts'
import type { Queryable } from './database.ts'

/** The version of a runbook with this hash; undefined when none was ever kept. */
export async function readRunbookVersion(db: Queryable, hash: string): Promise<Runbook | undefined> {
  const { rows } = await db.query<{ normalised: Runbook }>(
    'select normalised from runbook_version where hash = $1',
    [hash],
  )
  return rows[0]?.normalised
}

/** Keeps a version of a runbook under its hash, with the bytes it was parsed from; the same version twice is one row. */
export async function saveRunbookVersion(
  db: Queryable,
  version: { hash: string; runbook: Runbook; source: string },
): Promise<void> {
  await db.query(
    'insert into runbook_version (hash, name, normalised, source_text) values ($1, $2, $3, $4) on conflict do nothing',
    [version.hash, version.runbook.name, version.runbook, version.source],
  )
}
