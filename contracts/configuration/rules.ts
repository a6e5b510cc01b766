/** Threshold rules: alerts for systems that have no Alertmanager. */
import { z } from 'zod'
import { duration } from '../duration.ts'
import { line, name } from './names.ts'

/** `absent` holds when there is no value: the endpoint is silent, or the query finds nothing. */
export const ruleOperators = ['>', '>=', '<', '<=', '==', '!=', 'absent'] as const
export type RuleOperator = (typeof ruleOperators)[number]

export const ruleAggregates = ['last', 'min', 'max', 'avg', 'increase'] as const
export type RuleAggregate = (typeof ruleAggregates)[number]

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label')

const metric = z
  .strictObject({
    /** A metric of the target's text endpoint; series whose labels are equal are summed. */
    scrape: z.string().min(1).max(200).optional(),
    labels: z.record(labelName, z.string()).optional(),
    /** A query that gives one number, asked of the target's Prometheus server. */
    promql: z.string().min(1).max(4_096).optional(),
    /** A statement that gives one row with one number, in a read-only transaction of the target. */
    sql: z.string().min(1).max(4_096).optional(),
  })
  .refine(({ scrape, promql, sql }) => [scrape, promql, sql].filter(way => way !== undefined).length === 1, {
    error: 'must have exactly one of `scrape`, `promql` and `sql`',
  })
  .refine(({ scrape, labels }) => labels === undefined || scrape !== undefined, {
    path: ['labels'],
    error: 'belongs to `scrape`',
  })

export const rule = z
  .strictObject({
    name,
    /** The label `alertname`; the rule's name when left out. */
    alert: line.optional(),
    target: name,
    metric,
    operator: z.enum(ruleOperators),
    /** The threshold. */
    value: z.number().optional(),
    /** What the operator compares: one value out of those measured inside `window`. */
    aggregate: z.enum(ruleAggregates).default('last'),
    window: duration({ min: 1_000, max: 86_400_000 }).optional(),
    /** Fires once the condition has held this long. */
    for: duration().prefault('0s'),
    every: duration({ min: 1_000, max: 3_600_000 }).prefault('15s'),
    severity: z.enum(['critical', 'high', 'warning', 'info']).default('warning'),
    category: name.optional(),
    title: line,
    /** `{value}` and `{threshold}` are put in once. */
    message: z.string().min(1).max(2_000).optional(),
    /** After it has resolved it does not fire again for so long. */
    cooldown: duration().prefault('0s'),
    labels: z.record(labelName, z.string()).default({}),
  })
  .refine(({ operator, value }) => (operator === 'absent') === (value === undefined), {
    path: ['value'],
    error: 'goes with every operator but `absent`',
  })
  .refine(({ aggregate, window }) => (aggregate === 'last') === (window === undefined), {
    path: ['window'],
    error: 'goes with every `aggregate` but `last`',
  })
  .transform(({ for: forMs, every, cooldown, window, ...rest }) => ({
    ...rest,
    forMs,
    everyMs: every,
    cooldownMs: cooldown,
    ...(window === undefined ? {} : { windowMs: window }),
  }))

export type RuleConfiguration = z.output<typeof rule>
