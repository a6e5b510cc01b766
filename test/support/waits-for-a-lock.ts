import type { Pool } from '../../store/database.ts'

/** Whether a session of this database waits for what another one has locked. */
export async function someoneWaitsForALock(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ waits: boolean }>(
    `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits`,
  )
  return rows[0]!.waits
}
