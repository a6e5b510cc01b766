import type { Runbook } from '../contracts/runbook.ts'
import type { RunbookView } from '../contracts/audit-views.ts'
import type { Queryable } from './database.ts'

/** The version of a runbook with this hash; undefined when none was ever kept. */
export async function readRunbookVersion(db: Queryable, hash: string): Promise<Runbook | undefined> {
  const { rows } = await db.query<{ normalised: Runbook }>(
    'select normalised from runbook_version where hash = $1',
    [hash],
  )
  return rows[0]?.normalised
}

/**
 * The runbook an incident runs, in the version it runs or another one it has run; undefined when there is no such incident or
 * version.
 */
export async function readRunbookOf(
  db: Queryable,
  incident: string,
  hash?: string,
): Promise<RunbookView | undefined> {
  const { rows } = await db.query<RunbookView>(
    `select v.name, v.hash, v.normalised as runbook, v.source_text as source
     from incident i join runbook_version v on v.hash = coalesce($2, i.runbook_hash) and v.name = i.runbook_name
     where i.number = $1`,
    [incident, hash ?? null],
  )
  return rows[0]
}
