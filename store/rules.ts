/** Threshold rules: who evaluates which, and what they remember. Leases live by the server's clock (DESIGN section 4). */
import type { RuleAbout } from '../contracts/rule-views.ts'
import { limits } from '../contracts/limits.ts'
import type { RuleAlert, RuleState } from '../contracts/rule.ts'
import { inTransaction, type Pool, type Queryable, withCodedErrors } from './database.ts'
import { type AcceptedDelivery, acceptDelivery } from './deliveries.ts'

/** A rule as the configuration has it; `hash` says whether it is still the same. */
export interface ConfiguredRule {
  name: string
  hash: string
  door: string
  everyMs: number
  about: RuleAbout
}

/** What puts rules in force: the configuration of the workers of one site, '' for those of none. */
export interface Edition {
  site: string
  edition: string
  /** Every site that has targets; only '' tells them, so that rules of a site that is gone do not stay for ever. */
  sites?: readonly string[]
}

/** A rule whose state went away with the configuration it belonged to. */
export interface ReplacedRule {
  name: string
  isEdited: boolean
  state: RuleState
  reported: RuleAlert | undefined
}

/**
 * Puts the rules of a configuration in force at its site: new and edited rules start anew, rules that are gone are removed,
 * those that came from another site start anew here, and what must be reported is delivered, all in one transaction. With
 * `onlyWhenOrphaned` nothing happens while another edition of the site has a living worker, and no other site loses a rule. Says
 * whether the edition is in force now.
 */
export async function adoptRules(
  pool: Pool,
  { site, edition, sites }: Edition,
  rules: readonly ConfiguredRule[],
  options: {
    onlyWhenOrphaned: boolean
    report(replaced: ReplacedRule, atMs: number): AcceptedDelivery | undefined
  },
): Promise<boolean> {
  return inTransaction(pool, async tx => {
    await tx.query(
      `insert into rule_edition (site, edition, alive_until) values ($1, '', '-infinity') on conflict (site) do nothing`,
      [site],
    )
    const { rows } = await tx.query<{ orphaned: boolean; at: Date }>(
      `select edition = $2 or alive_until < statement_timestamp() as orphaned, date_trunc('milliseconds', statement_timestamp()) as at
       from rule_edition where site = $1 for update`,
      [site, edition],
    )
    const { orphaned, at } = rows[0]!
    if (options.onlyWhenOrphaned && !orphaned) return false
    await tx.query(
      `update rule_edition set edition = $2, alive_until = statement_timestamp() + $3 * interval '1 millisecond' where site = $1`,
      [site, edition, limits.ruleLeaseMs],
    )
    for (const replaced of await removeReplaced(tx, { site, sites }, rules, !options.onlyWhenOrphaned)) {
      const delivery = options.report(replaced, at.getTime())
      if (delivery !== undefined) await acceptDelivery(tx, delivery)
    }
    await addMissing(tx, site, rules, at)
    return true
  })
}

async function removeReplaced(
  tx: Queryable,
  { site, sites }: { site: string; sites: readonly string[] | undefined },
  rules: readonly ConfiguredRule[],
  takesFromOthers: boolean,
): Promise<ReplacedRule[]> {
  const names = rules.map(rule => rule.name)
  const { rows } = await tx.query<RuleRow & { edited: boolean }>(
    `delete from threshold_rule r
     where r.site = $3 and not exists (select from unnest($1::text[], $2::text[]) as c (name, hash) where c.name = r.name and c.hash = r.hash)
       or $4 and r.site <> $3 and (r.name = any($1) or r.site <> all($5))
     returning ${stateColumns}, r.name = any($1) as edited`,
    [names, rules.map(rule => rule.hash), site, takesFromOthers, sites ?? null],
  )
  return rows.map(row => ({
    name: row.name,
    isEdited: row.edited,
    state: toState(row),
    reported: row.reported ?? undefined,
  }))
}

async function addMissing(
  tx: Queryable,
  site: string,
  rules: readonly ConfiguredRule[],
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into threshold_rule (name, site, hash, door, about, every_ms, phase, since, due_at)
     select name, $3, hash, door, about, every_ms, 'inactive', $2, $2
     from jsonb_to_recordset($1::jsonb) as c (name text, hash text, door text, about jsonb, every_ms bigint)
     order by name on conflict (name) do nothing`,
    [JSON.stringify(rules.map(({ everyMs, ...rule }) => ({ ...rule, every_ms: everyMs }))), at, site],
  )
}

/**
 * Says that a worker of this edition lives. False when another edition is in force at its site, or when one of its `rules` is not
 * there: another site took it, whose configuration may have let it go since.
 */
export async function renewEdition(pool: Pool, { site, edition }: Edition, rules: number): Promise<boolean> {
  const { rowCount } = await withCodedErrors(() =>
    pool.query(
      `update rule_edition set alive_until = statement_timestamp() + $3 * interval '1 millisecond'
       where site = $1 and edition = $2 and (select count(*) from threshold_rule where site = $1) = $4`,
      [site, edition, limits.ruleLeaseMs, rules],
    ),
  )
  return rowCount === 1
}

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

interface RuleRow {
  name: string
  hash: string
  phase: RuleState['phase']
  sinceMs: number
  heldAtMs: number | null
  clearSinceMs: number | null
  reportedAtMs: number | null
  reported: RuleAlert | null
  samples: RuleState['samples']
  value: number | null
  measuredAtMs: number | null
  problem_code: NonNullable<RuleState['problem']>['code'] | null
  problem: string | null
  problemSinceMs: number | null
}

const stateColumns = stateColumnsOf('r')

function stateColumnsOf(row: string): string {
  const time = (column: string, name: string): string => ms(`${row}.${column}`, name)
  return `${row}.name, ${row}.hash, ${row}.phase, ${time('since', 'sinceMs')}, ${time('held_at', 'heldAtMs')},
    ${time('clear_since', 'clearSinceMs')}, ${time('reported_at', 'reportedAtMs')}, ${row}.reported, ${row}.samples, ${row}.value,
    ${time('measured_at', 'measuredAtMs')}, ${row}.problem_code, ${row}.problem, ${time('problem_since', 'problemSinceMs')}`
}

function toState(row: RuleRow): RuleState {
  const { heldAtMs, clearSinceMs, reportedAtMs, value, measuredAtMs } = row
  return {
    phase: row.phase,
    sinceMs: row.sinceMs,
    samples: row.samples,
    ...(heldAtMs === null ? {} : { heldAtMs }),
    ...(clearSinceMs === null ? {} : { clearSinceMs }),
    ...(reportedAtMs === null ? {} : { reportedAtMs }),
    ...(value === null ? {} : { value }),
    ...(measuredAtMs === null ? {} : { measuredAtMs }),
    ...(row.problem_code === null || row.problem === null || row.problemSinceMs === null
      ? {}
      : { problem: { code: row.problem_code, message: row.problem, sinceMs: row.problemSinceMs } }),
  }
}

function ms(expression: string, name: string): string {
  return `round(extract(epoch from ${expression}) * 1000)::float8 as "${name}"`
}

function date(timeMs: number | undefined): Date | null {
  return timeMs === undefined ? null : new Date(timeMs)
}
