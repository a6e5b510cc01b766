/** What supervision reads of post-mortems: those that are late, those that were never drafted, those whose time is kept. */
import type { Queryable } from './database.ts'

export interface DuePostmortem {
  incident: string
  sinceMs: number
}

/** Due before this time and never published, the longest first. */
export async function findOverdue(
  db: Queryable,
  dueBeforeMs: number,
  limit: number,
): Promise<DuePostmortem[]> {
  return read(
    db,
    `select incident, due_at as since from postmortem
     where state <> 'published' and first_published_at is null and due_at < $1 order by due_at limit $2`,
    [new Date(dueBeforeMs), limit],
  )
}

/** Incidents that closed between these times, not as cancelled, and have no draft. */
export async function findUndrafted(
  db: Queryable,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  limit: number,
): Promise<DuePostmortem[]> {
  return read(
    db,
    `select number as incident, closed_at as since from incident
     where phase = 'closed' and outcome <> 'cancelled' and closed_at > $1 and closed_at < $2
       and not exists (select from postmortem where postmortem.incident = number)
     order by closed_at limit $3`,
    [new Date(fromMs), new Date(untilMs), limit],
  )
}

/** Those whose time has not come and whose draft was there before this time: a workflow keeps it. Since it was drafted. */
export async function findAwaited(
  db: Queryable,
  { atMs, draftedBeforeMs }: { atMs: number; draftedBeforeMs: number },
): Promise<DuePostmortem[]> {
  return read(
    db,
    `select incident, drafted_at as since from postmortem
     where state <> 'published' and first_published_at is null and due_at > $1 and drafted_at < $2 order by due_at`,
    [new Date(atMs), new Date(draftedBeforeMs)],
  )
}

async function read(db: Queryable, sql: string, values: unknown[]): Promise<DuePostmortem[]> {
  const { rows } = await db.query<{ incident: string; since: Date }>(sql, values)
  return rows.map(({ incident, since }) => ({ incident, sinceMs: since.getTime() }))
}
