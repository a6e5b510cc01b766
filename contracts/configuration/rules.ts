/** Threshold rules: alerts for systems that have no Alertmanager. */
import { z } from 'zod'
import { duration, formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { ruleAggregates, ruleOperators, ruleSeverities } from '../rule.ts'
import { line, name } from './names.ts'

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label')

/** What PostgreSQL can keep: no NUL, no half of a surrogate pair. */
function storedText(length: number): z.ZodString {
  return z
    .string()
    .max(length)
    .regex(/^[^\0\p{Cs}]*$/u, 'must be text without NUL')
}

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
    /** Resolves once the condition has not held this long. */
    clear_for: duration().prefault('0s'),
    every: duration({ min: 1_000, max: 3_600_000 }).prefault('15s'),
    severity: z.enum(ruleSeverities).default('warning'),
    category: name.optional(),
    title: line,
    /** `{value}` and `{threshold}` are put in once. */
    message: storedText(2_000).min(1).optional(),
    /** After it has resolved it does not fire again for so long. */
    cooldown: duration().prefault('0s'),
    labels: z.record(labelName, storedText(limits.labelValueLength)).default({}),
  })
  .refine(({ operator, value }) => (operator === 'absent') === (value === undefined), {
    path: ['value'],
    error: 'goes with every operator but `absent`',
  })
  .refine(({ aggregate, window }) => (aggregate === 'last') === (window === undefined), {
    path: ['window'],
    error: 'goes with every `aggregate` but `last`',
  })
  .superRefine(({ window, every }, context) => {
    if (window === undefined) return
    const longest = every * limits.samplesPerRule
    const message =
      window < every
        ? 'must be at least `every`'
        : `must be at most ${formatDuration(longest)} (${limits.samplesPerRule} times \`every\`)`
    if (window < every || window > longest) context.addIssue({ code: 'custom', path: ['window'], message })
  })
  .transform(({ for: forMs, clear_for, every, cooldown, window, ...rest }) => ({
    ...rest,
    forMs,
    clearForMs: clear_for,
    everyMs: every,
    cooldownMs: cooldown,
    ...(window === undefined ? {} : { windowMs: window }),
  }))

export type RuleConfiguration = z.output<typeof rule>
