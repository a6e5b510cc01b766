import { CodedError } from '../contracts/coded-error.ts'
import type { ActionItem } from '../contracts/postmortem.ts'
import type { ActionItemList, ActionItemView } from '../contracts/postmortem-views.ts'
import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'

/** The items as the newest version has them; one that is done stays done. */
export async function saveActionItems(
  tx: Queryable,
  incident: string,
  items: readonly ActionItem[],
): Promise<void> {
  for (const { item, text, owner, dueOn } of items) {
    await tx.query(
      `insert into action_item (incident, item, text, owner, due_on) values ($1, $2, $3, $4, $5)
       on conflict (incident, item) do update set text = $3, owner = $4, due_on = $5, dropped_at = null`,
      [incident, item, text, owner, dueOn],
    )
  }
}

/** Whatever the newest version does not name any more. */
export async function dropActionItems(
  tx: Queryable,
  incident: string,
  kept: readonly ActionItem[],
  at: Date,
): Promise<void> {
  await tx.query(
    'update action_item set dropped_at = $3 where incident = $1 and item <> all($2) and dropped_at is null',
    [incident, kept.map(({ item }) => item), at],
  )
}

export interface DoneItem {
  isFirst: boolean
  by: string
  at: string
}

/** Marks an action item as done; a second time changes nothing and says who was first. Throws `not_found`. */
export async function finishActionItem(
  pool: Pool,
  done: { number: string; item: number; by: string; note?: string; atMs: number },
): Promise<DoneItem> {
  const { number, item, by, atMs } = done
  return inTransaction(pool, async tx => {
    const { rows } = await tx.query<{ text: string; done_at: Date | null; done_by: string | null }>(
      'select text, done_at, done_by from action_item where incident = $1 and item = $2 and dropped_at is null for update',
      [number, item],
    )
    const row = rows[0]
    if (row === undefined)
      throw new CodedError('not_found', `${number} has no action item ${item}.`, {
        fields: { number, item },
        hint: `Those it has: npx paramedic postmortem show ${number}`,
      })
    if (row.done_at !== null) return { isFirst: false, by: row.done_by!, at: row.done_at.toISOString() }
    const at = new Date(atMs)
    await tx.query(
      'update action_item set done_at = $3, done_by = $4, note = $5 where incident = $1 and item = $2',
      [number, item, at, by, done.note ?? null],
    )
    const note = done.note === undefined ? {} : { note: done.note }
    await appendEntries(tx, [
      {
        kind: 'action-item.done',
        actor: `person:${by}`,
        atMs,
        incident: number,
        data: { item, text: row.text, ...note },
      },
    ])
    return { isFirst: true, by, at: at.toISOString() }
  })
}

/** The items of a version, with what became of each. */
export async function readActionItems(
  db: Queryable,
  incident: string,
  items: readonly ActionItem[],
): Promise<ActionItemView[]> {
  const { rows } = await db.query<ItemRow>(`select ${itemColumns} from action_item a where incident = $1`, [
    incident,
  ])
  const became = new Map(rows.map(row => [row.item, toItem(row)]))
  const untouched = { doneAt: null, doneBy: null, note: null }
  return items.map(item => ({ ...(became.get(item.item) ?? untouched), ...item }))
}

export interface ActionItemFilter {
  state?: 'open' | 'overdue' | 'done' | undefined
  owner?: string | undefined
  /** `nextCursor` of the page before: `<incident>/<item>`. */
  cursor?: string | undefined
  limit: number
  /** What is overdue is so at this time. */
  atMs: number
}

/** What is due first comes first; items without a day come last. */
export async function listActionItems(db: Queryable, filter: ActionItemFilter): Promise<ActionItemList> {
  const [incident, item] = filter.cursor?.split('/') ?? []
  const { rows } = await db.query<ItemRow & { incident: string; title: string; isOverdue: boolean }>(
    `select a.incident, i.title, ${itemColumns}, coalesce(a.done_at is null and a.due_on < $1::date, false) as "isOverdue"
     from action_item a join incident i on i.number = a.incident
     where a.dropped_at is null and ($2::text is null or a.owner = $2)
       and case $3::text when 'open' then a.done_at is null when 'done' then a.done_at is not null
             when 'overdue' then a.done_at is null and a.due_on < $1::date else true end
       and ($4::text is null or (coalesce(a.due_on, 'infinity'), a.incident, a.item) >
             (select coalesce(c.due_on, 'infinity'), c.incident, c.item from action_item c where c.incident = $4 and c.item = $5))
     order by coalesce(a.due_on, 'infinity'), a.incident, a.item limit $6 + 1`,
    [
      new Date(filter.atMs).toISOString().slice(0, 10),
      filter.owner ?? null,
      filter.state ?? null,
      incident ?? null,
      item === undefined ? null : Number(item),
      filter.limit,
    ],
  )
  const actionItems = rows
    .slice(0, filter.limit)
    .map(({ incident, title, isOverdue, ...row }) => ({ incident, title, isOverdue, ...toItem(row) }))
  const last = actionItems.at(-1)
  return {
    actionItems,
    nextCursor: rows.length > filter.limit && last !== undefined ? `${last.incident}/${last.item}` : null,
  }
}

// As text: the driver would make a moment of a day, in the zone of whoever asks.
const itemColumns = `a.item, a.text, a.owner, a.due_on::text as "dueOn", a.done_at as "doneAt", a.done_by as "doneBy", a.note`

type ItemRow = Omit<ActionItemView, 'doneAt'> & { doneAt: Date | null }

function toItem({ doneAt, ...row }: ItemRow): ActionItemView {
  return { ...row, doneAt: doneAt?.toISOString() ?? null }
}
