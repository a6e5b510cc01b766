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
  const { rows } = await db.query<Omit<AlertEpisode, 'startsAt' | 'endsAt'> & Times>(
    `select id, name, case when ends_at is null then 'firing' else 'resolved' end as status, source, labels, annotations,
       starts_at, ends_at, incident
     from alert_episode
     where (not $1 or ends_at is null) and ($2::text is null or labels ->> 'system' = $2) and ($3::text is null or name = $3)
       and ($4::bigint is null or id < $4)
     order by id desc limit $5 + 1`,
    [filter.isFiring, filter.system ?? null, filter.name ?? null, filter.cursor ?? null, filter.limit],
  )
  const alerts = rows.slice(0, filter.limit).map(({ starts_at, ends_at, ...row }) => ({
    ...row,
    startsAt: starts_at.toISOString(),
    endsAt: ends_at?.toISOString() ?? null,
  }))
  return { alerts, nextCursor: rows.length > filter.limit ? alerts.at(-1)!.id : null }
}

interface Times {
  starts_at: Date
  ends_at: Date | null
}
