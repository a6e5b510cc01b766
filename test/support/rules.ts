/** Rules as the configuration gives them. */
import { rule as ruleSchema, type RuleConfiguration } from '../../contracts/configuration/rules.ts'

/** Fires while the queue is longer than 5, measured every second, unless told otherwise; keys as in YAML. */
export function someRule(written: Record<string, unknown> = {}): RuleConfiguration {
  const given = {
    name: 'queue-long',
    target: 'orders-metrics',
    metric: { scrape: 'queue_length' },
    operator: '>',
    value: 5,
    every: '1s',
    title: 'The queue is long',
    ...written,
  }
  return ruleSchema.parse(given)
}
