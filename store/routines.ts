/** Which times of routines have been decided about, and how. */
import type { Queryable } from './database.ts'

/** From when on the times of a routine count. */
export interface RoutineClock {
  /** The last time that was decided about. */
  lastDueAtMs?: number
  /** These times, in this zone, are in force without a break since then. */
  sinceMs: number
}

/** Undefined when it is not in force. */
export async function readRoutineClock(db: Queryable, runbook: string): Promise<RoutineClock | undefined> {
  const { rows } = await db.query<{ last: Date | null; since: Date }>(
    `select (select max(due_at) from routine_run where runbook = f.name and started_by is null) as last,
       coalesce((
         select c.at from runbook_change c left join runbook_version b on b.hash = c.before_hash
         where c.name = f.name and (c.before_hash is null or ${timesSql('b')} is distinct from ${timesSql('v')})
         order by c.id desc limit 1), f.since) as since
     from runbook_in_force f join runbook_version v using (hash) where f.name = $1`,
    [runbook],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    ...(row.last === null ? {} : { lastDueAtMs: row.last.getTime() }),
    sinceMs: row.since.getTime(),
  }
}

const timesSql = (version: string): string =>
  `(${version}.normalised -> 'schedule' ->> 'cron', ${version}.normalised -> 'schedule' ->> 'zone')`

export interface DecidedRun {
  runbook: string
  runbookHash: string
  dueAtMs: number
  /** Name of a principal who started it by hand. */
  startedBy?: string
  decidedAtMs: number
}

/** Takes a routine for this transaction; false when another worker has it. */
export async function lockRoutine(tx: Queryable, runbook: string): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(${lockSql}) as locked`,
    [runbook],
  )
  return rows[0]!.locked
}

/** Takes it as soon as a worker that decides about one of its times has done so. */
export async function awaitRoutine(tx: Queryable, runbook: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${lockSql})`, [runbook])
}

const lockSql = `hashtextextended('paramedic/routine/' || $1, 0)`

/** Writes what became of a time; false when that has been written before. */
export async function saveRun(
  tx: Queryable,
  run: DecidedRun,
  became: { incident: string } | { because: string },
): Promise<boolean> {
  const [incident, because] = 'incident' in became ? [became.incident, null] : [null, became.because]
  const { rowCount } = await tx.query(
    `insert into routine_run (runbook, due_at, runbook_hash, state, incident, because, started_by, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      run.runbook,
      new Date(run.dueAtMs),
      run.runbookHash,
      incident === null ? 'missed' : 'opened',
      incident,
      because,
      run.startedBy ?? null,
      new Date(run.decidedAtMs),
    ],
  )
  return rowCount === 1
}

/** What became of the last times of each routine, the newest first; so many of each. */
export async function readLastRuns(
  db: Queryable,
  runbooks: readonly string[],
  atMost: number,
): Promise<Map<string, DecidedTime[]>> {
  const { rows } = await db.query<
    Omit<DecidedTime, 'dueAt' | 'decidedAt'> & { runbook: string; dueAt: Date; decidedAt: Date }
  >(
    `select r.runbook, r.due_at as "dueAt", r.state, r.incident, r.because, r.started_by as "startedBy", r.decided_at as "decidedAt"
     from unnest($1::text[]) as n (name) cross join lateral (
       select * from routine_run where runbook = n.name order by due_at desc, id desc limit $2) r
     order by r.runbook, r.due_at desc, r.id desc`,
    [runbooks, atMost],
  )
  const runs = rows.map(({ dueAt, decidedAt, ...row }) => ({
    ...row,
    dueAt: dueAt.toISOString(),
    decidedAt: decidedAt.toISOString(),
  }))
  return Map.groupBy(runs, ({ runbook }) => runbook)
}

export interface DecidedTime {
  dueAt: string
  state: 'opened' | 'missed'
  incident: string | null
  because: string | null
  /** A person who started it by hand; null at its times. */
  startedBy: string | null
  decidedAt: string
}
