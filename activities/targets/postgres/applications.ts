import { CodedError } from '../../../contracts/coded-error.ts'
import type { postgresChecks } from '../../../contracts/targets/postgres.ts'
import { printable } from '../printable.ts'
import type { Check } from '../target.ts'
import { withPostgres } from './connection.ts'
import { requireAllVisible } from './require-all-visible.ts'

interface Counted {
  applications: number
  /** Of the application with most sessions; null when there is no session. */
  name: string | null
  total: number
  idle: number
  hidden: number
  role: string
}

/** An application_name has at most 63 bytes; whatever a client wrote into it is shown as one line. */
const NAME_CHARACTERS = 63

// Sessions of other roles are blank for a role without pg_read_all_stats, see connections.ts. Of two with as many sessions the
// one with more idle ones leaks more likely; the name makes the answer the same each time.
const COUNT = `
  with sessions as (select * from pg_stat_activity where pid <> pg_backend_pid()),
  by_application as (
    select application_name as name, count(*)::int as total, (count(*) filter (where state = 'idle'))::int as idle
    from sessions where backend_type = 'client backend' group by application_name
  ),
  most as (select * from by_application order by total desc, idle desc, name limit 1)
  select (select count(*)::int from by_application) as applications,
    (select name from most) as name,
    coalesce((select total from most), 0) as total,
    coalesce((select idle from most), 0) as idle,
    (select count(*)::int from sessions where backend_type is null and datid is not null) as hidden,
    current_user::text as role`

/** Which application holds most of the client sessions; Paramedic's own connection is not counted. */
export const applications: Check<(typeof postgresChecks)['postgres.applications']> = {
  async measure(target, _parameters, signal) {
    const [counted] = await withPostgres(target, signal, session => session.query<Counted>(COUNT, []))
    if (counted === undefined) throw new CodedError('internal', 'A selection without a table gave no row.')
    requireAllVisible(target.name, counted.role, counted.hidden)
    const { applications: count, name, total, idle } = counted
    return {
      applications: count,
      ...(name === null ? {} : { top_application: printable(name, NAME_CHARACTERS) }),
      top_total: total,
      top_idle: idle,
    }
  },
}
