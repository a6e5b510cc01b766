/** What the API answers about rules and alerts. Times are ISO 8601 in UTC. Loads zod: not for workflows. */
import { z } from 'zod'
import { type ErrorCode, errorCodes } from './error-codes.ts'
import { ruleAggregates, ruleOperators, rulePhases, ruleSeverities } from './rule.ts'
import { count, incidentNumber, time, views } from './views.ts'

const texts = z.record(z.string(), z.string())

const ruleAbout = z.strictObject({
  alert: z.string().describe('The label `alertname` of its alert'),
  title: z.string(),
  target: z.string(),
  system: z.string(),
  environment: z.string(),
  measures: z
    .enum(['scrape', 'promql', 'sql'])
    .describe('How; the query itself is not told, a reference may have put a secret into it'),
  operator: z.enum(ruleOperators),
  threshold: z.number().nullable().describe('Null for `absent`'),
  aggregate: z.enum(ruleAggregates),
  windowMs: count.nullable(),
  forMs: count.describe('Fires once the condition has held this long'),
  everyMs: count,
  cooldownMs: count.describe('After it has resolved it does not fire for so long'),
  severity: z.enum(ruleSeverities),
  category: z.string().nullable(),
})
/** What people may read of a rule's configuration: not its query, into which a reference may have put a secret. */
export type RuleAbout = z.infer<typeof ruleAbout>

const ruleView = ruleAbout
  .extend({
    name: z.string(),
    site: z.string().nullable().describe('The site of its target, whose workers evaluate it'),
    phase: z.enum(rulePhases),
    since: time,
    value: z
      .number()
      .nullable()
      .describe('What was compared with the threshold at the last evaluation; null when there was nothing'),
    measuredAt: time.nullable(),
    quietUntil: time.nullable().describe('Only in a cooldown'),
    problem: z
      .strictObject({
        code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
        message: z.string(),
        since: time,
      })
      .nullable()
      .describe('Why it cannot be measured'),
  })
  .describe('A threshold rule and what it sees')
  .register(views, { id: 'Rule' })
export type RuleView = z.infer<typeof ruleView>

export const ruleList = z
  .strictObject({
    rules: z.array(ruleView),
    nextCursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .register(views, { id: 'RuleList' })
export type RuleList = z.infer<typeof ruleList>

const alertEpisode = z
  .strictObject({
    id: count,
    name: z.string(),
    status: z.enum(['firing', 'resolved']),
    source: z.string(),
    labels: texts,
    annotations: texts.describe('As they were when it fired'),
    startsAt: time,
    endsAt: time.nullable(),
    incident: incidentNumber.nullable().describe('The incident it belongs to'),
    mutedUntil: time
      .nullable()
      .describe(
        'It fires on after a person ended its incident, and opens the next one only after this time; null when it is not muted',
      ),
  })
  .describe('One time an alert fired')
  .register(views, { id: 'AlertEpisode' })
export type AlertEpisode = z.infer<typeof alertEpisode>

export const alertEpisodes = z
  .strictObject({
    alerts: z.array(alertEpisode),
    nextCursor: count.nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .register(views, { id: 'AlertEpisodes' })
export type AlertEpisodes = z.infer<typeof alertEpisodes>
