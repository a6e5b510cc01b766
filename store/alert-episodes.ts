import type { AlertEpisode, AlertEpisodes } from '../contracts/rule-views.ts'
import type { Queryable } from './database.ts'

export interface EpisodeFilter {
  /** Only those that fire now. */
  isFiring: boolean
  system?: string | undefined
  name?: string | undefined
  /** `nextCursor` of the page before. */
  cursor?: number | undefined
  limit: number
}

/** One page of the times alerts fired, the newest first, whatever their source. */
export async function listEpisodes(db: Queryable, filter: EpisodeFilter): Promise<AlertEpisodes> {
  const { rows } = await db.query<Omit<AlertEpisode, 'startsAt' | 'endsAt' | 'mutedUntil'> & Times>(
    `select e.id, e.name, case when e.ends_at is null then 'firing' else 'resolved' end as status, e.source, e.labels, e.annotations,
       e.starts_at, e.ends_at, e.incident, a.muted_until
     from alert_episode e left join alert a on e.ends_at is null and a.alert_key = e.alert_key and a.muted_until > now()
     where (not $1 or e.ends_at is null) and ($2::text is null or e.labels ->> 'system' = $2) and ($3::text is null or e.name = $3)
       and ($4::bigint is null or e.id < $4)
     order by e.id desc limit $5 + 1`,
    [filter.isFiring, filter.system ?? null, filter.name ?? null, filter.cursor ?? null, filter.limit],
  )
  const alerts = rows.slice(0, filter.limit).map(({ starts_at, ends_at, muted_until, ...row }) => ({
    ...row,
    startsAt: starts_at.toISOString(),
    endsAt: ends_at?.toISOString() ?? null,
    mutedUntil: muted_until?.toISOString() ?? null,
  }))
  return { alerts, nextCursor: rows.length > filter.limit ? alerts.at(-1)!.id : null }
}

interface Times {
  starts_at: Date
  ends_at: Date | null
  muted_until: Date | null
}
