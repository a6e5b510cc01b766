import type { Queryable } from './database.ts'

/** Takes or keeps the lease for so long from now, by the database's clock; false while somebody else has it. */
export async function takeLease(db: Queryable, holder: string, forMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update supervision_lease set holder = $1, expires_at = clock_timestamp() + $2 * interval '1 millisecond'
     where holder is null or holder = $1 or expires_at < clock_timestamp()`,
    [holder, forMs],
  )
  return rowCount === 1
}

/** Hands it on at once, for a process that stops in order. */
export async function releaseLease(db: Queryable, holder: string): Promise<void> {
  await db.query('update supervision_lease set holder = null, expires_at = null where holder = $1', [holder])
}

/** Is it still theirs? Until the transaction ends nobody else can take it: a holder that was frozen writes nothing afterwards. */
export async function holdsLease(tx: Queryable, holder: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from supervision_lease where holder = $1 and expires_at > clock_timestamp() for update',
    [holder],
  )
  return rowCount === 1
}

/** What is true since when, without a break. */
export interface Since {
  temporalSilentMs?: number
  noWorkerMs?: number
  /** By site. */
  noSiteWorkerMs: Record<string, number>
}

export async function readSince(db: Queryable): Promise<Since> {
  const { rows } = await db.query<{ silent: Date | null; idle: Date | null; sites: Record<string, number> }>(
    'select temporal_silent_since as silent, no_worker_since as idle, no_site_worker_since as sites from supervision_lease',
  )
  const { silent, idle, sites } = rows[0]!
  return {
    noSiteWorkerMs: sites,
    ...(silent === null ? {} : { temporalSilentMs: silent.getTime() }),
    ...(idle === null ? {} : { noWorkerMs: idle.getTime() }),
  }
}

export async function noteLook(tx: Queryable, since: Since, atMs: number): Promise<void> {
  const time = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))
  await tx.query(
    'update supervision_lease set last_look_at = $1, temporal_silent_since = $2, no_worker_since = $3, no_site_worker_since = $4',
    [new Date(atMs), time(since.temporalSilentMs), time(since.noWorkerMs), since.noSiteWorkerMs],
  )
}

/** When the last look was completed; null before the first. */
export async function lastLookAt(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>('select last_look_at as at from supervision_lease')
  return rows[0]?.at ?? null
}
