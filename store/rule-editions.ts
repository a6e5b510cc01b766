/** Threshold rules in force: those of the newest configuration of each site. Leases live by the server's clock (DESIGN section 4). */
import { limits } from '../contracts/limits.ts'
import type { RuleAlert, RuleState } from '../contracts/rule.ts'
import type { RuleAbout } from '../contracts/rule-views.ts'
import { inTransaction, type Pool, type Queryable, withCodedErrors } from './database.ts'
import { type AcceptedDelivery, acceptDelivery } from './deliveries.ts'
import { type RuleRow, stateColumnsOf, toState } from './rule-state-row.ts'

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
     returning ${stateColumnsOf('r')}, r.name = any($1) as edited`,
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
