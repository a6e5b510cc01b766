import type { RuleAbout, RuleList, RuleView } from '../contracts/rule-views.ts'
import type { RuleProblem } from '../contracts/rule.ts'
import type { Queryable } from './database.ts'

/** One page of the rules in force, by name; the cursor is the last one's name. */
export async function listRules(
  db: Queryable,
  filter: { cursor?: string | undefined; limit: number },
): Promise<RuleList> {
  const { rows } = await db.query<Row>(
    `select name, nullif(site, '') as site, about, phase, since, value, measured_at, problem_code, problem, problem_since from threshold_rule
     where $1::text is null or name > $1 order by name limit $2 + 1`,
    [filter.cursor ?? null, filter.limit],
  )
  const rules = rows.slice(0, filter.limit).map(toView)
  return { rules, nextCursor: rows.length > filter.limit ? rules.at(-1)!.name : null }
}

interface Row {
  name: string
  site: string | null
  about: RuleAbout
  phase: RuleView['phase']
  since: Date
  value: number | null
  measured_at: Date | null
  problem_code: RuleProblem['code'] | null
  problem: string | null
  problem_since: Date | null
}

function toView(row: Row): RuleView {
  const {
    name,
    site,
    about,
    phase,
    since,
    value,
    problem_code: code,
    problem,
    problem_since: problemSince,
  } = row
  const quietUntil = phase === 'cooldown' ? new Date(since.getTime() + about.cooldownMs) : undefined
  const isProblem = code !== null && problem !== null && problemSince !== null
  return {
    name,
    site,
    ...about,
    phase,
    since: since.toISOString(),
    value,
    measuredAt: row.measured_at?.toISOString() ?? null,
    quietUntil: quietUntil?.toISOString() ?? null,
    problem: isProblem ? { code, message: problem, since: problemSince.toISOString() } : null,
  }
}
