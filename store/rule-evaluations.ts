/** Which worker evaluates which threshold rule now, and what came of it. Leases live by the server's clock (DESIGN section 4). */
import { limits } from '../contracts/limits.ts'
import type { RuleAlert, RuleState } from '../contracts/rule.ts'
import { inTransaction, type Pool, type Queryable, withCodedErrors } from './database.ts'
import { type AcceptedDelivery, acceptDelivery } from './deliveries.ts'
import type { Edition } from './rule-editions.ts'
import { ms, type RuleRow, stateColumnsOf, toState } from './rule-state-row.ts'

/** A rule that this worker evaluates now. */
export interface TakenRule {
  name: string
  hash: string
  door: string
  lease: number
  /** The evaluation's time: when it was due, or now when that has passed by too far. */
  atMs: number
  state: RuleState
  reported: RuleAlert | undefined
}

/** Leases what is due: at most `places` rules behind each door, the longest due first. */
export async function takeDueRules(
  pool: Pool,
  { site, edition }: Edition,
  doors: readonly { door: string; places: number }[],
): Promise<TakenRule[]> {
  const { rows } = await withCodedErrors(() =>
    pool.query<RuleRow & { door: string; lease: number; at: number }>(takeSql, [
      edition,
      doors.map(({ door }) => door),
      doors.map(({ places }) => places),
      limits.ruleLeaseMs,
      site,
    ]),
  )
  return rows.map(row => ({
    name: row.name,
    hash: row.hash,
    door: row.door,
    lease: row.lease,
    atMs: row.at,
    state: toState(row),
    reported: row.reported ?? undefined,
  }))
}

const isFreeSql = '(s.leased_until is null or s.leased_until <= statement_timestamp())'

// Timers are late by milliseconds: taken at its due time, a rule of every second is evaluated every 1,000 ms and not
// every 1,003, so that `for: 3s` means the fourth measurement and not the fifth.
const takeSql = `
  with due as (
    select d.name from rule_edition e, unnest($2::text[], $3::int[]) as r (door, places)
    cross join lateral (
      select s.name from threshold_rule s where s.site = $5 and s.door = r.door and s.due_at <= statement_timestamp() and ${isFreeSql}
      order by s.due_at limit r.places for update skip locked) d
    where e.site = $5 and e.edition = $1
  )
  update threshold_rule r
  set lease = r.lease + 1, leased_until = statement_timestamp() + $4 * interval '1 millisecond'
  from due where r.name = due.name
  returning ${stateColumnsOf('r')}, r.door, r.lease,
    ${ms(
      `case when statement_timestamp() - r.due_at < r.every_ms / 10 * interval '1 millisecond' then r.due_at
        else statement_timestamp() end`,
      'at',
    )}`

/** How long until something is due that nobody has leased; undefined when there is nothing behind these doors. */
export async function untilNextDue(
  pool: Pool,
  { site }: Pick<Edition, 'site'>,
  doors: readonly string[],
): Promise<number | undefined> {
  const { rows } = await withCodedErrors(() =>
    pool.query<{ ms: number | null }>(
      `select ${ms('min(greatest(due_at, leased_until)) - statement_timestamp()', 'ms')} from threshold_rule
       where site = $1 and door = any($2)`,
      [site, doors],
    ),
  )
  return rows[0]?.ms ?? undefined
}

export interface EvaluatedRule {
  name: string
  lease: number
  state: RuleState
  reported: RuleAlert | undefined
  /** What the evaluation reports; stored with the state or not at all. */
  delivery?: AcceptedDelivery
}

/**
 * Stores an evaluation, its delivery and when the next one is due in one transaction. False when the lease has passed to
 * somebody else or the rule is gone: then nothing is stored.
 */
export async function finishRule(pool: Pool, evaluated: EvaluatedRule): Promise<boolean> {
  const { delivery } = evaluated
  if (delivery === undefined) return withCodedErrors(() => saveState(pool, evaluated))
  return inTransaction(pool, async tx => {
    const isOurs = await saveState(tx, evaluated)
    if (isOurs) await acceptDelivery(tx, delivery)
    return isOurs
  })
}

// Rules of one door come due together and share a scrape; different doors are spread over the interval, or a thousand rules
// would all want the database in the same millisecond.
const doorOffsetSql = '(hashtext(door)::bigint + 2147483648) % every_ms'
const nextDueSql = `to_timestamp((
  (floor((extract(epoch from statement_timestamp()) * 1000 - ${doorOffsetSql}) / every_ms) + 1) * every_ms + ${doorOffsetSql}
) / 1000)`

async function saveState(db: Queryable, { name, lease, state, reported }: EvaluatedRule): Promise<boolean> {
  const { rowCount } = await db.query(
    `update threshold_rule set phase = $3, since = $4, held_at = $5, clear_since = $6, reported_at = $7, reported = $8,
       samples = $9, value = $10, measured_at = $11, problem_code = $12, problem = $13, problem_since = $14, leased_until = null,
       due_at = ${nextDueSql}
     where name = $1 and lease = $2`,
    [
      name,
      lease,
      state.phase,
      date(state.sinceMs),
      date(state.heldAtMs),
      date(state.clearSinceMs),
      date(state.reportedAtMs),
      reported ?? null,
      JSON.stringify(state.samples),
      state.value ?? null,
      date(state.measuredAtMs),
      state.problem?.code ?? null,
      state.problem?.message ?? null,
      date(state.problem?.sinceMs),
    ],
  )
  return rowCount === 1
}

/** Gives a lease back unused, so that nobody waits for it to run out. */
export async function giveBack(pool: Pool, { name, lease }: { name: string; lease: number }): Promise<void> {
  await withCodedErrors(() =>
    pool.query('update threshold_rule set leased_until = null where name = $1 and lease = $2', [name, lease]),
  )
}

function date(timeMs: number | undefined): Date | null {
  return timeMs === undefined ? null : new Date(timeMs)
}
