import { limits } from '../contracts/limits.ts'
import type { Queryable } from './database.ts'

export interface MissedRoutine {
  runbook: string
  /** The newest time of it that was missed. */
  sinceMs: number
}

/**
 * Routines in force of whose times, not longer ago than supervision looks back, the newest decided one was missed: a later run makes it
 * good, at a time of its own or by hand.
 */
export async function findMissedRoutines(
  db: Queryable,
  atMs: number,
  limit: number,
): Promise<MissedRoutine[]> {
  const { rows } = await db.query<{ runbook: string; since: Date }>(
    `select runbook, max(due_at) as since from routine_run m join runbook_in_force f on f.name = m.runbook
     where state = 'missed' and decided_at > $1
       and not exists (select from routine_run o where o.runbook = m.runbook and o.state = 'opened' and o.due_at > m.due_at)
     group by runbook order by since limit $2`,
    [new Date(atMs - limits.setAsideShownMs), limit],
  )
  return rows.map(({ runbook, since }) => ({ runbook, sinceMs: since.getTime() }))
}
