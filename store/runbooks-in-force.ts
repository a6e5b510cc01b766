/** Which runbooks are in force now, and which were. */
import { openPhases } from '../contracts/incident.ts'
import type {
  RunbookChange,
  RunbookChangeKind,
  RunbookInForce,
  WayInForce,
} from '../contracts/runbook-registry.ts'
import type { LoadedRunbook, Runbook } from '../contracts/runbook.ts'
import type { Queryable } from './database.ts'

/**
 * Reads what is in force. Whoever opens an incident asks inside that transaction, so no worker opens one with what was
 * replaced before; the runbooks themselves are only read again when the set is another one.
 */
export function createInForceReader(): (db: Queryable) => Promise<readonly LoadedRunbook[]> {
  let known: { digest: string; runbooks: readonly LoadedRunbook[] } = { digest: '', runbooks: [] }
  return async db => {
    const asked = known
    // One statement is one snapshot: the digest belongs to the runbooks that come with it.
    const { rows } = await db.query<{ digest: string; runbooks: LoadedRunbook[] | null }>(
      `select digest, case when digest <> $1 then (
         select coalesce(jsonb_agg(jsonb_build_object('hash', f.hash, 'runbook', v.normalised) order by f.name), '[]')
         from runbook_in_force f join runbook_version v using (hash)) end as runbooks
       from runbook_registry`,
      [asked.digest],
    )
    const { digest, runbooks } = rows[0]!
    if (runbooks === null) return asked.runbooks
    known = { digest, runbooks }
    return runbooks
  }
}

/** What is in force, by name; with a name only that one. */
export async function readInForce(db: Queryable, name?: string): Promise<RunbookInForce[]> {
  const { rows } = await db.query<InForceRow>(
    `select f.name, f.hash, v.normalised as runbook, f.file, f.source_text as source, f.since, f.way, f.changed_by as by
     from runbook_in_force f join runbook_version v using (hash) where $1::text is null or f.name = $1 order by f.name`,
    [name ?? null],
  )
  return rows.map(({ since, ...row }) => ({ ...row, since: since.toISOString() }))
}

interface InForceRow extends Omit<RunbookInForce, 'since'> {
  since: Date
}

/** A version that was ever kept. */
export interface KeptVersion {
  name: string
  hash: string
  runbook: Runbook
  /** The text it was first known by. */
  source: string
  keptAt: string
  isInForce: boolean
}

/** Every version of a runbook, the newest first; with the beginning of a hash only those it fits. */
export async function readVersions(db: Queryable, name: string, hash = ''): Promise<KeptVersion[]> {
  const { rows } = await db.query<Omit<KeptVersion, 'keptAt'> & { keptAt: Date }>(
    `select v.name, v.hash, v.normalised as runbook, v.source_text as source, v.recorded_at as "keptAt",
       exists (select from runbook_in_force f where f.hash = v.hash) as "isInForce"
     from runbook_version v where v.name = $1 and starts_with(v.hash, $2) order by v.recorded_at desc, v.hash`,
    [name, hash],
  )
  return rows.map(row => ({ ...row, keptAt: row.keptAt.toISOString() }))
}

export interface PastChange {
  change: RunbookChangeKind
  hash: string | null
  before: string | null
  file: string | null
  at: string
  way: WayInForce
  by: string
}

/** Who put which version of a runbook in force and who took it out, the newest first. */
export async function readChanges(db: Queryable, name: string, limit: number): Promise<PastChange[]> {
  const { rows } = await db.query<Omit<PastChange, 'at'> & { at: Date }>(
    `select change, hash, before_hash as before, file, at, way, changed_by as by
     from runbook_change where name = $1 order by id desc limit $2`,
    [name, limit],
  )
  return rows.map(row => ({ ...row, at: row.at.toISOString() }))
}

export interface FaultyFile {
  file: string
  faults: number
  told: string
  keeps: string | null
  since: string
  way: WayInForce
  by: string
}

/** The files that the last start or sync held back. */
export async function readFaultyFiles(db: Queryable): Promise<FaultyFile[]> {
  const { rows } = await db.query<Omit<FaultyFile, 'since'> & { since: Date }>(
    'select file, faults, told, keeps, since, way, changed_by as by from runbook_fault order by file',
  )
  return rows.map(row => ({ ...row, since: row.since.toISOString() }))
}

/** How many runbooks are in force, and what was held back. */
export async function readRunbooksState(
  db: Queryable,
): Promise<{ inForce: number; faultyFiles: FaultyFile[] }> {
  const faultyFiles = await readFaultyFiles(db)
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from runbook_in_force')
  return { inForce: rows[0]!.count, faultyFiles }
}

/** Open incidents of alerts that run another version of what is changed. */
export async function countKeepingTheirs(db: Queryable, changes: readonly RunbookChange[]): Promise<number> {
  const changed = changes.flatMap(({ name, change, after }) =>
    change === 'changed' && after !== undefined ? [{ name, hash: after.hash }] : [],
  )
  if (changed.length === 0) return 0
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from incident i
     join jsonb_to_recordset($1::jsonb) as c (name text, hash text) on c.name = i.runbook_name and c.hash <> i.runbook_hash
     where i.phase = any($2) and not exists (select from routine_run r where r.incident = i.number)`,
    [JSON.stringify(changed), openPhases],
  )
  return rows[0]!.count
}
