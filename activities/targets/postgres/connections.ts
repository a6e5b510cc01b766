import { CodedError } from '../../../contracts/coded-error.ts'
import type { postgresChecks } from '../../../contracts/targets/postgres.ts'
import type { Check } from '../target.ts'
import { withPostgres } from './connection.ts'
import { requireAllVisible } from './require-all-visible.ts'

interface Counted {
  total: number
  active: number
  idle: number
  idle_in_transaction: number
  oldest_idle_seconds: number
  max_connections: number
  hidden: number
  role: string
}

// clock_timestamp(), not now(): both end up the same for one statement, but state_change of a session may be newer than
// the start of this transaction, and a negative age would be the answer. No idle session is an oldest age of 0: were it
// missing, a verification of `oldest_idle_seconds < 600` would fail exactly when the last one is gone. Rows of foreign roles are blank for a role
// without pg_read_all_stats: they have a database and no backend_type.
const COUNT = `
  with sessions as (
    select * from pg_stat_activity
    where pid <> pg_backend_pid() and ($1::text is null or application_name = $1 or backend_type is null)
  ), clients as (
    select * from sessions where backend_type = 'client backend'
  )
  select count(*)::int as total,
    count(*) filter (where state = 'active')::int as active,
    count(*) filter (where state = 'idle')::int as idle,
    count(*) filter (where state in ('idle in transaction', 'idle in transaction (aborted)'))::int as idle_in_transaction,
    coalesce(extract(epoch from max(clock_timestamp() - state_change) filter (where state = 'idle')), 0)::float8
      as oldest_idle_seconds,
    current_setting('max_connections')::int as max_connections,
    (select count(*)::int from sessions where backend_type is null and datid is not null) as hidden,
    current_user::text as role
  from clients`

/** Client sessions by state; Paramedic's own connection is not counted. */
export const connections: Check<(typeof postgresChecks)['postgres.connections']> = {
  async measure(target, { application }, signal) {
    const [counted] = await withPostgres(target, signal, session =>
      session.query<Counted>(COUNT, [application ?? null]),
    )
    if (counted === undefined) throw new CodedError('internal', 'An aggregate without groups gave no row.')
    const { hidden, role, ...counts } = counted
    requireAllVisible(target.name, role, hidden)
    return { ...counts, used_ratio: counts.total / counts.max_connections }
  },
}
