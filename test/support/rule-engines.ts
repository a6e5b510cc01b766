/** Rule engines on a database of their own; what they measure is scripted, everything behind it is real. */
import type { RuleConfiguration } from '../../contracts/configuration/rules.ts'
import type { OwnConfiguration } from '../../contracts/configuration.ts'
import type { Measured } from '../../contracts/rule.ts'
import { editionOf } from '../../rules/edition.ts'
import { createRuleEngine } from '../../rules/engine.ts'
import type { Pool } from '../../store/database.ts'
import { prometheusTarget } from './targets-under-test.ts'

export interface RunningEngine {
  /** Ends in order, as a worker does. */
  stop(): Promise<void>
}

export function configurationOf(
  rules: RuleConfiguration[],
  sites: readonly string[] = [],
): Pick<OwnConfiguration, 'rules' | 'targets' | 'places'> {
  const target = {
    ...prometheusTarget('http://127.0.0.1:1/metrics'),
    name: 'orders-metrics',
    system: 'orders',
  }
  return { rules, targets: [target], places: sites.map(site => ({ ...target, site })) }
}

/** Runs an engine; `measure` says what the target answers. */
export function runEngine(
  pool: Pool,
  rules: RuleConfiguration[],
  measure: (rule: string, signal: AbortSignal) => Measured | Promise<Measured>,
  at: { problems?: object[]; site?: string | undefined; sites?: readonly string[] } = {},
): RunningEngine {
  const stopping = new AbortController()
  const log = { info: () => {}, error: (fields: object) => void at.problems?.push(fields) }
  const running = createRuleEngine(
    pool,
    editionOf(configurationOf(rules, at.sites), at.site),
    async (rule, signal) => measure(rule.name, signal),
    log,
  ).run(stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

export interface RuleEvent {
  status: 'firing' | 'resolved'
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAtMs: number
}

/** What a rule has delivered so far, in the order of the deliveries. */
export async function eventsOf(pool: Pool, rule: string): Promise<RuleEvent[]> {
  const { rows } = await pool.query<Omit<RuleEvent, 'startsAtMs'> & { starts_at: Date }>(
    `select e.status, e.name, e.labels, e.annotations, e.starts_at from alert_event e join delivery d on d.id = e.delivery_id
     where e.dedup_key = $1 and d.source_kind = 'rules' order by e.id`,
    [`rules/rule/${rule}`],
  )
  return rows.map(({ starts_at, ...row }) => ({ ...row, startsAtMs: starts_at.getTime() }))
}

export async function phaseOf(pool: Pool, rule: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ phase: string }>('select phase from threshold_rule where name = $1', [
    rule,
  ])
  return rows[0]?.phase
}
