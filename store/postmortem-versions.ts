/** The versions of a post-mortem: each is kept, with its hash, and says what it changed. */
import { hashOf } from '../contracts/canonical-json.ts'
import { CodedError } from '../contracts/coded-error.ts'
import { type PostmortemContent, postmortemSectionIds } from '../contracts/postmortem.ts'
import type { TimelineEvents } from '../contracts/timeline.ts'
import type { Queryable } from './database.ts'

export async function saveVersion(
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

/** An action item as people write it; without a number it is new. */
export type WrittenItem = Omit<PostmortemContent['actionItems'][number], 'item'> & { item?: number }

/** New items get the numbers after the highest there ever was, so that a number never means two things. */
export async function numbered(
  tx: Queryable,
  number: string,
  actionItems: readonly WrittenItem[] | undefined,
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

/** What an edit changed, as its audit entry says it. */
export function differenceOf(
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
