import { missingFrom, type PostmortemContent, type PostmortemFacts } from '../contracts/postmortem.ts'
import type { PostmortemList, PostmortemSummary, PostmortemView } from '../contracts/postmortem-views.ts'
import { readActionItems } from './action-items.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { readWholeTimeline } from './audit-log.ts'
import { type Fold, noPostmortem } from './postmortems.ts'

export interface PostmortemFilter {
  /** `due` and `overdue`: never published yet, with a date. */
  state?: 'due' | 'overdue' | 'draft' | 'reviewed' | 'published' | undefined
  /** `nextCursor` of the page before: the number of an incident. */
  cursor?: string | undefined
  limit: number
  /** What is overdue is so at this time. */
  atMs: number
}

/** One page of post-mortems, those of the newest incidents first. */
export async function listPostmortems(db: Queryable, filter: PostmortemFilter): Promise<PostmortemList> {
  const { rows } = await db.query<SummaryRow>(
    `select ${columns}, (select count(*)::int from action_item a
        where a.incident = p.incident and a.done_at is null and a.dropped_at is null) as "openActionItems"
     from postmortem p join incident i on i.number = p.incident
     where case $2::text when 'due' then p.due_at is not null and p.first_published_at is null
             when 'overdue' then ${overdue} when 'draft' then p.state = 'draft' when 'reviewed' then p.state = 'reviewed'
             when 'published' then p.state = 'published' else true end
       and ($3::text is null or (i.opened_at, i.number) < (select c.opened_at, c.number from incident c where c.number = $3))
     order by i.opened_at desc, i.number desc limit $4 + 1`,
    [new Date(filter.atMs), filter.state ?? null, filter.cursor ?? null, filter.limit],
  )
  const postmortems = rows.slice(0, filter.limit).map(toSummary)
  return { postmortems, nextCursor: rows.length > filter.limit ? postmortems.at(-1)!.incident : null }
}

/**
 * A post-mortem with one version, the newest unless told otherwise, and its facts: as they were when it was published, else as
 * they are on record now. Throws `not_found`.
 */
export async function readPostmortem(
  pool: Pool,
  { number, version, atMs }: { number: string; version?: number | undefined; atMs: number },
  fold: Fold,
): Promise<PostmortemView> {
  return inTransaction(pool, async tx => {
    await tx.query('set transaction isolation level repeatable read read only')
    const { rows } = await tx.query<Omit<SummaryRow, 'openActionItems'> & VersionRow>(
      `select ${columns}, v.version as "shownVersion", i.environment, v.content, v.content_hash as "contentHash", v.written_by as "writtenBy",
         v.written_at as "writtenAt", v.facts
       from postmortem p join incident i on i.number = p.incident
         join postmortem_version v on v.incident = p.incident and v.version = coalesce($3, p.version)
       where p.incident = $2`,
      [new Date(atMs), number, version ?? null],
    )
    const row = rows[0]
    if (row === undefined) throw await noPostmortem(tx, number, version)
    const { content, facts, writtenAt, ...summary } = row
    return {
      ...toSummary(summary),
      // Only publishPostmortem writes them.
      facts:
        facts === null ? fold(await readWholeTimeline(tx, number)) : (JSON.parse(facts) as PostmortemFacts),
      sections: content.sections,
      ticked: content.ticked,
      actionItems: await readActionItems(tx, number, content.actionItems),
      writtenAt: writtenAt.toISOString(),
      missing: missingFrom(content),
      versions: await readVersions(tx, number),
    }
  })
}

async function readVersions(tx: Queryable, number: string): Promise<PostmortemView['versions']> {
  const { rows } = await tx.query<{ version: number; writtenBy: string | null; writtenAt: Date }>(
    `select version, written_by as "writtenBy", written_at as "writtenAt" from postmortem_version
     where incident = $1 order by version`,
    [number],
  )
  return rows.map(({ writtenAt, ...version }) => ({ ...version, writtenAt: writtenAt.toISOString() }))
}

const overdue = 'coalesce(p.due_at < $1 and p.first_published_at is null, false)'

const columns = `p.incident, i.title, i.severity, i.system, i.owner, p.state, p.version, p.due_at as "dueAt",
  ${overdue} as "isOverdue", p.drafted_at as "draftedAt", p.reviewed_at as "reviewedAt", p.reviewed_by as "reviewedBy",
  p.published_version as "publishedVersion", p.published_at as "publishedAt", p.published_by as "publishedBy"`

type Times = 'dueAt' | 'draftedAt' | 'reviewedAt' | 'publishedAt'
type SummaryRow = Omit<PostmortemSummary, Times> & {
  dueAt: Date | null
  draftedAt: Date
  reviewedAt: Date | null
  publishedAt: Date | null
}

interface VersionRow {
  environment: string
  content: PostmortemContent
  contentHash: string
  writtenBy: string | null
  writtenAt: Date
  shownVersion: number
  facts: string | null
}

function toSummary<R extends Pick<SummaryRow, Times>>(
  row: R,
): Omit<R, Times> & Pick<PostmortemSummary, Times> {
  const { dueAt, draftedAt, reviewedAt, publishedAt } = row
  return {
    ...row,
    dueAt: dueAt?.toISOString() ?? null,
    draftedAt: draftedAt.toISOString(),
    reviewedAt: reviewedAt?.toISOString() ?? null,
    publishedAt: publishedAt?.toISOString() ?? null,
  }
}
