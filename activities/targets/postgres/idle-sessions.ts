import type { Parameters } from '../../../contracts/targets/definition.ts'
import type { postgresActions } from '../../../contracts/targets/postgres.ts'
import { isCodedError } from '../../../contracts/coded-error.ts'
import { printable } from '../printable.ts'
import { APPLICATION_NAME, type PostgresSession } from './connection.ts'

/** Which idle sessions; durations in milliseconds. */
export type IdleFilter = Pick<
  Parameters<(typeof postgresActions)['postgres.terminate_idle']>,
  'idle_longer_than' | 'application'
>

/** A session by its pid and the text of its start: JavaScript's Date would cut the microseconds that tell two apart. */
export interface SessionKey {
  pid: number
  backendStart: string
}

export interface IdleSession extends SessionKey {
  role: string
  database: string
  application: string
  address: string
  idleSeconds: number
}

/** `ended`: the server took the signal; `gone`: no such session, or not idle any more; `refused`: not this role's to end. */
export type Ending = 'ended' | 'gone' | 'refused'

// The one definition of what may be ended, used to look and to end. Client backends only: a replication connection is a
// 'walsender', everything else belongs to the server itself. A session without a visible state is not 'idle'.
const ENDABLE = `
  from pg_stat_activity a
  join pg_roles r on r.oid = a.usesysid
  where a.backend_type = 'client backend'
    and a.pid <> pg_backend_pid()
    and a.application_name <> '${APPLICATION_NAME}'
    and not r.rolsuper
    and a.state = 'idle'
    and a.state_change <= clock_timestamp() - $1::float8 * interval '1 millisecond'
    and ($2::text is null or a.application_name = $2)`

const LIST = `
  select a.pid, a.backend_start::text as "backendStart", a.usename::text as role, a.datname::text as database,
    a.application_name as application, coalesce(host(a.client_addr), 'local socket') as address,
    extract(epoch from clock_timestamp() - a.state_change)::float8 as "idleSeconds"
  ${ENDABLE}
  order by a.state_change, a.pid
  limit $3`

const COUNT = `select count(*)::int as matching ${ENDABLE}`

// The fence: the signal is sent by the row that still has this pid and this start and is still endable, so a pid that
// was given to another session since, or a session that went back to work, is left alone.
const END = `
  select pg_terminate_backend(a.pid) as "isSignalled"
  ${ENDABLE}
    and a.pid = $3 and a.backend_start = $4::timestamptz`

/** The sessions that may be ended, the longest idle first. */
export async function idleSessions(
  session: PostgresSession,
  filter: IdleFilter,
  atMost: number,
): Promise<IdleSession[]> {
  return await session.query<IdleSession>(LIST, [...valuesOf(filter), atMost])
}

/** How many sessions may be ended. */
export async function countIdleSessions(session: PostgresSession, filter: IdleFilter): Promise<number> {
  const [row] = await session.query<{ matching: number }>(COUNT, valuesOf(filter))
  return row?.matching ?? 0
}

/** Ends one session if it is still the one that was seen and still idle. */
export async function endSession(
  session: PostgresSession,
  filter: IdleFilter,
  key: SessionKey,
): Promise<Ending> {
  try {
    const [row] = await session.query<{ isSignalled: boolean }>(END, [
      ...valuesOf(filter),
      key.pid,
      key.backendStart,
    ])
    return row?.isSignalled === true ? 'ended' : 'gone'
  } catch (error) {
    // Needs membership in the session's role or pg_signal_backend (documentation, 9.28.2); the others may still be ended.
    if (isCodedError(error) && error.fields['sqlstate'] === '42501') return 'refused'
    throw error
  }
}

/** One session as an approver reads it; the texts are the clients' own and cleaned. */
export function describeSession({
  pid,
  role,
  database,
  application,
  address,
  idleSeconds,
}: IdleSession): string {
  const name = application === '' ? '' : ` (${printable(application, 63)})`
  return `pid ${pid} ${printable(role, 63)}@${printable(database, 63)} idle ${Math.floor(idleSeconds)} s from ${address}${name}`
}

function valuesOf(filter: IdleFilter): [number, string | null] {
  return [filter.idle_longer_than, filter.application ?? null]
}
