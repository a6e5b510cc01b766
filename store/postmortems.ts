/**
 * Post-mortems and what people do to them. Each act is one transaction: the verdict by SQL on the locked row, the new version
 * or state, and the audit entry. What happened is never kept here: it is folded from the audit entries.
 */
import { hashOf } from '../contracts/canonical-json.ts'
import { CodedError } from '../contracts/coded-error.ts'
import {
  missingFrom,
  type PostmortemContent,
  type PostmortemFacts,
  type PostmortemState,
} from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { dropActionItems, saveActionItems } from './action-items.ts'
import { mustExist } from './acts.ts'
import { appendEntries, readWholeTimeline } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { entryOfAct, type PersonsAct } from './persons-act.ts'
import { differenceOf, numbered, saveVersion, type WrittenItem } from './postmortem-versions.ts'

/** Makes facts of the entries; the caller hands it in, because the store only keeps them. */
export type Fold = (entries: readonly TimelineEntry[]) => PostmortemFacts

export interface Edit extends PersonsAct {
  /** The version whose text was changed. */
  basedOn: number
  /** What is left out stays as it was. */
  sections: Partial<PostmortemContent['sections']>
  ticked?: PostmortemContent['ticked']
  actionItems?: WrittenItem[]
}

/**
 * Writes a new version; one that changes nothing is none. Throws `postmortem_changed` when somebody wrote a newer one than this
 * is based on, `postmortem_published` when it has to be opened again first.
 */
export async function editPostmortem(
  pool: Pool,
  edit: Edit,
): Promise<{ version: number; isChanged: boolean }> {
  return inTransaction(pool, async tx => {
    const before = await lock(tx, edit.number)
    if (before.state === 'published') throw published(edit.number, before)
    demandNewest(edit.number, before, edit.basedOn)
    const content: PostmortemContent = {
      sections: { ...before.content.sections, ...edit.sections },
      ticked: edit.ticked ?? before.content.ticked,
      actionItems: await numbered(tx, edit.number, edit.actionItems, before.content.actionItems),
    }
    const contentHash = hashOf(content)
    if (contentHash === before.contentHash) return { version: before.version, isChanged: false }
    const version = before.version + 1
    await writeVersion(tx, edit, version, content)
    const at = new Date(edit.atMs)
    await saveActionItems(tx, edit.number, content.actionItems)
    await dropActionItems(tx, edit.number, content.actionItems, at)
    const difference = differenceOf(before.content, content)
    await appendEntries(tx, [entryOfAct(edit, 'postmortem.edited', { version, contentHash, ...difference })])
    return { version, isChanged: true }
  })
}

/** Says that this version was read and is right. Not by whoever wrote it (`own_work`), and not before it is complete. */
export async function reviewPostmortem(
  pool: Pool,
  review: PersonsAct & { version: number; comment?: string },
): Promise<void> {
  await inTransaction(pool, async tx => {
    const row = await lock(tx, review.number)
    if (row.state === 'published') throw published(review.number, row)
    demandNewest(review.number, row, review.version)
    demandComplete(review.number, row.content)
    if (row.writtenBy === review.by || row.writtenBy === null)
      throw new CodedError(
        'own_work',
        `Version ${row.version} was written by ${row.writtenBy ?? 'nobody'}.`,
        {
          fields: { number: review.number },
        },
      )
    await tx.query(
      `update postmortem set state = 'reviewed', reviewed_at = $2, reviewed_by = $3 where incident = $1`,
      [review.number, new Date(review.atMs), review.by],
    )
    const comment = review.comment === undefined ? {} : { comment: review.comment }
    await appendEntries(tx, [
      entryOfAct(review, 'postmortem.reviewed', {
        version: row.version,
        writtenBy: row.writtenBy,
        ...comment,
      }),
    ])
  })
}

/** Publishes this version with the facts as they are on record now; refused with everything that is still empty. */
export async function publishPostmortem(
  pool: Pool,
  publish: PersonsAct & { version: number },
  fold: Fold,
): Promise<{ version: number; reviewedBy: string | null }> {
  return inTransaction(pool, async tx => {
    const row = await lock(tx, publish.number)
    if (row.state === 'published') throw published(publish.number, row)
    demandNewest(publish.number, row, publish.version)
    demandComplete(publish.number, row.content)
    const facts = fold(await readWholeTimeline(tx, publish.number))
    const at = new Date(publish.atMs)
    await tx.query('update postmortem_version set facts = $3 where incident = $1 and version = $2', [
      publish.number,
      row.version,
      // As they were folded: the canonical form, which is hashed, would lose their order.
      JSON.stringify(facts),
    ])
    await tx.query(
      `update postmortem set state = 'published', published_version = version, published_at = $2, published_by = $3,
         first_published_at = coalesce(first_published_at, $2) where incident = $1`,
      [publish.number, at, publish.by],
    )
    const { version, contentHash, reviewedBy } = row
    const reviewed = reviewedBy === null ? {} : { reviewedBy }
    const data = { version, contentHash, factsHash: hashOf(facts), ...reviewed }
    await appendEntries(tx, [entryOfAct(publish, 'postmortem.published', data)])
    return { version, reviewedBy }
  })
}

/** Opens a published post-mortem again: a new version with the same text, while the published one stays as it is. */
export async function reopenPostmortem(
  pool: Pool,
  reopen: PersonsAct & { reason: string },
): Promise<{ version: number }> {
  return inTransaction(pool, async tx => {
    const row = await lock(tx, reopen.number)
    if (row.state !== 'published')
      throw new CodedError(
        'postmortem_not_published',
        `The post-mortem of ${reopen.number} is a ${row.state}.`,
        { fields: { number: reopen.number } },
      )
    const version = row.version + 1
    await writeVersion(tx, reopen, version, row.content)
    await appendEntries(tx, [entryOfAct(reopen, 'postmortem.reopened', { version, reason: reopen.reason })])
    return { version }
  })
}

interface Locked {
  state: PostmortemState
  version: number
  reviewedBy: string | null
  publishedBy: string | null
  content: PostmortemContent
  contentHash: string
  writtenBy: string | null
  writtenAt: Date
}

/** Whoever writes waits here for the others. Throws `not_found`. */
async function lock(tx: Queryable, number: string): Promise<Locked> {
  // Alone: what a statement joins it still sees as it was before the wait, and the newest version would be missing.
  await tx.query('select from postmortem where incident = $1 for update', [number])
  const { rows } = await tx.query<Locked>(
    `select p.state, p.version, p.reviewed_by as "reviewedBy", p.published_by as "publishedBy", v.content,
       v.content_hash as "contentHash", v.written_by as "writtenBy", v.written_at as "writtenAt"
     from postmortem p join postmortem_version v using (incident, version) where p.incident = $1`,
    [number],
  )
  if (rows[0] !== undefined) return rows[0]
  throw await noPostmortem(tx, number)
}

/** Why there is none. Throws `not_found` of the incident itself when there is none either. */
export async function noPostmortem(db: Queryable, number: string, version?: number): Promise<CodedError> {
  const { phase } = await mustExist(db, number)
  const { rowCount } = await db.query('select from postmortem where incident = $1', [number])
  if (rowCount === 1)
    return new CodedError('not_found', `The post-mortem of ${number} has no version ${version}.`, {
      fields: { number },
      hint: `The newest version: npx paramedic postmortem show ${number}`,
    })
  const why =
    phase === 'closed'
      ? 'it was cancelled, or its draft is still on the way'
      : `it is in ${phase}; the draft is made when it closes`
  return new CodedError('not_found', `${number} has no post-mortem: ${why}.`, {
    fields: { number, phase },
    hint: `How far the incident is: npx paramedic incident show ${number}`,
  })
}

function published(number: string, { version, publishedBy }: Locked): CodedError {
  const message = `The post-mortem of ${number} was published by ${publishedBy}, version ${version}.`
  return new CodedError('postmortem_published', message, { fields: { number, version } })
}

function demandNewest(number: string, { version, writtenBy, writtenAt }: Locked, basedOn: number): void {
  if (version === basedOn) return
  const at = writtenAt.toISOString()
  throw new CodedError(
    'postmortem_changed',
    `The newest version of the post-mortem of ${number} is ${version}, written by ${writtenBy ?? 'paramedic'} at ${at}; you have ${basedOn}.`,
    { fields: { number, version, writtenBy, writtenAt: at, basedOn } },
  )
}

function demandComplete(number: string, content: PostmortemContent): void {
  const missing = missingFrom(content)
  if (missing.length === 0) return
  throw new CodedError(
    'postmortem_incomplete',
    `The post-mortem of ${number} still lacks: ${missing.join(', ')}.`,
    { fields: { number, missing } },
  )
}

/** A new version is a draft, whatever was said about the one before. */
async function writeVersion(
  tx: Queryable,
  { number, by, atMs }: PersonsAct,
  version: number,
  content: PostmortemContent,
): Promise<void> {
  await tx.query(
    `update postmortem set state = 'draft', version = $2, reviewed_at = null, reviewed_by = null where incident = $1`,
    [number, version],
  )
  await saveVersion(tx, number, version, content, by, new Date(atMs))
}
