/**
 * Post-mortems and what people do to them. Each act is one transaction: the verdict by SQL on the locked row, the new version
 * or state, and the audit entry. What happened is never kept here: it is folded from the audit entries.
 */
import { hashOf } from '../contracts/canonical-json.ts'
import { CodedError } from '../contracts/coded-error.ts'
import type { Severity } from '../contracts/incident.ts'
import {
  emptyPostmortem,
  missingFrom,
  type PostmortemContent,
  type PostmortemFacts,
  postmortemSectionIds,
  type PostmortemState,
} from '../contracts/postmortem.ts'
import type { TimelineEntry, TimelineEvents } from '../contracts/timeline.ts'
import { dropActionItems, saveActionItems } from './action-items.ts'
import { mustExist } from './acts.ts'
import { appendEntries, readTimeline } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { entryOfAct, type PersonsAct } from './persons-act.ts'

/** Makes facts of the entries; the caller hands it in, because the store only keeps them. */
export type Fold = (entries: readonly TimelineEntry[]) => PostmortemFacts

export interface Drafted {
  title: string
  severity: Severity
  severityLabel: string | null
  system: string
  environment: string
  owner: string
  openedAtMs: number
  closedAtMs: number
  /** Null when none is due: then nobody is reminded. */
  dueAtMs: number | null
}

/**
 * Makes the empty draft of a closed incident, once; an incident that is open or was cancelled has none. Returns what whoever
 * keeps its time has to know.
 */
export async function draftPostmortem(
  pool: Pool,
  draft: { number: string; atMs: number },
): Promise<Drafted | undefined> {
  return inTransaction(pool, async tx => {
    const { rows } = await tx.query<DraftedRow>(
      `select title, severity, severity_label as "severityLabel", system, environment, owner, opened_at as "openedAt",
         closed_at as "closedAt", postmortem_due_at as "dueAt"
       from incident where number = $1 and phase = 'closed' and outcome <> 'cancelled' for no key update`,
      [draft.number],
    )
    const row = rows[0]
    if (row === undefined) return undefined
    const { openedAt, closedAt, dueAt, ...about } = row
    const at = new Date(draft.atMs)
    const { rowCount } = await tx.query(
      'insert into postmortem (incident, version, due_at, drafted_at) values ($1, 1, $2, $3) on conflict do nothing',
      [draft.number, dueAt, at],
    )
    if (rowCount === 1) {
      await saveVersion(tx, draft.number, 1, emptyPostmortem, null, at)
      const due = dueAt === null ? {} : { dueAt: dueAt.toISOString() }
      await appendEntries(tx, [
        {
          kind: 'postmortem.drafted',
          actor: 'paramedic',
          atMs: draft.atMs,
          incident: draft.number,
          data: { version: 1, contentHash: hashOf(emptyPostmortem), ticked: emptyPostmortem.ticked, ...due },
        },
      ])
    }
    return {
      ...about,
      openedAtMs: openedAt.getTime(),
      closedAtMs: closedAt.getTime(),
      dueAtMs: dueAt?.getTime() ?? null,
    }
  })
}

type DraftedRow = Omit<Drafted, 'openedAtMs' | 'closedAtMs' | 'dueAtMs'> & {
  openedAt: Date
  closedAt: Date
  dueAt: Date | null
}

/** An action item as people write it; without a number it is new. */
export type WrittenItem = Omit<PostmortemContent['actionItems'][number], 'item'> & { item?: number }

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
      actionItems: await numbered(tx, edit, before.content.actionItems),
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
      throw new CodedError('own_work', `Version ${row.version} was written by ${row.writtenBy ?? 'nobody'}.`)
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
      )
    const version = row.version + 1
    await writeVersion(tx, reopen, version, row.content)
    await appendEntries(tx, [entryOfAct(reopen, 'postmortem.reopened', { version, reason: reopen.reason })])
    return { version }
  })
}

/** Every entry of an incident, however many there are. */
export async function readWholeTimeline(db: Queryable, number: string): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = []
  for (;;) {
    const more = await readTimeline(db, number, entries.at(-1)?.seq ?? 0)
    entries.push(...more)
    if (more.length === 0) return entries
  }
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
    return new CodedError('not_found', `The post-mortem of ${number} has no version ${version}.`)
  const why =
    phase === 'closed'
      ? 'it was cancelled, or its draft is still on the way'
      : `it is in ${phase}; the draft is made when it closes`
  return new CodedError('not_found', `${number} has no post-mortem: ${why}.`, { fields: { number, phase } })
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

async function saveVersion(
  tx: Queryable,
  number: string,
  version: number,
  content: PostmortemContent,
  by: string | null,
  at: Date,
): Promise<void> {
  await tx.query(
    'insert into postmortem_version (incident, version, content, content_hash, written_by, written_at) values ($1, $2, $3, $4, $5, $6)',
    [number, version, JSON.stringify(content), hashOf(content), by, at],
  )
}

/** New items get the numbers after the highest there ever was, so that a number never means two things. */
async function numbered(
  tx: Queryable,
  { number, actionItems }: Edit,
  before: PostmortemContent['actionItems'],
): Promise<PostmortemContent['actionItems']> {
  if (actionItems === undefined) return before
  const { rows } = await tx.query<{ last: number }>(
    'select coalesce(max(item), 0) as last from action_item where incident = $1',
    [number],
  )
  let last = rows[0]!.last
  const known = new Set(before.map(({ item }) => item))
  const strange = actionItems.flatMap(({ item }) => (item !== undefined && !known.has(item) ? [item] : []))
  if (strange.length > 0)
    throw new CodedError('bad_payload', `${number} has no action item ${strange.join(', ')}.`, {
      fields: { actionItems: strange },
      hint: 'Leave the number out: a new action item gets its own.',
    })
  return actionItems.map(({ item, text, owner, dueOn }) => ({
    item: item ?? (last += 1),
    text,
    owner,
    dueOn,
  }))
}

function differenceOf(
  before: PostmortemContent,
  now: PostmortemContent,
): Omit<TimelineEvents['postmortem.edited'], 'version' | 'contentHash'> {
  const was = new Map(before.actionItems.map(item => [item.item, JSON.stringify(item)]))
  const is = new Map(now.actionItems.map(item => [item.item, JSON.stringify(item)]))
  return {
    sections: postmortemSectionIds.filter(id => before.sections[id] !== now.sections[id]),
    ticked: now.ticked.filter(tick => !before.ticked.includes(tick)),
    unticked: before.ticked.filter(tick => !now.ticked.includes(tick)),
    actionItems: [...new Set([...was.keys(), ...is.keys()])].filter(item => was.get(item) !== is.get(item)),
  }
}
