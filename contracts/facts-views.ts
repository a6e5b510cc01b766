/** The facts of a post-mortem as the API documents them; their types are in postmortem.ts. */
import { z } from 'zod'
import {
  type IncidentOutcome,
  impacts,
  type Outcome,
  type Risk,
  severities,
  stepResults,
  type Verdict,
} from './incident.ts'
import type { FactAct, PostmortemFacts } from './postmortem.ts'
import { views } from './views.ts'

const atMs = z.int().describe('Milliseconds since 1970')
const lengthMs = z.int().min(0)
const text = z.string().nullable()
const by = z.string().describe('`person:<name>`, `source:<name>` or `paramedic`')
const values = z.record(z.string(), z.unknown())
const verdict = z.enum(['recovered', 'not_recovered', 'no_data'] satisfies Verdict[]).nullable()
const measured = z.union([z.strictObject({ atMs, values }), z.strictObject({ atMs, problem: z.string() })])

const step = z.strictObject({
  step: z.string(),
  attempt: z.int(),
  manual: z.string().exactOptional().describe('Of what people do: what was to be done'),
  action: text,
  target: text,
  risk: z.enum(['reversible', 'disruptive', 'destructive'] satisfies Risk[]).nullable(),
  plan: z.strictObject({ hash: z.string(), summary: z.string(), parameters: values }).nullable(),
  votes: z.array(z.strictObject({ atMs, by, verdict: z.enum(['approve', 'deny']), reason: text })),
  answer: z.strictObject({ atMs, by, answer: z.enum(['done', 'not-done']), reason: text }).nullable(),
  startedAtMs: atMs.nullable(),
  outcome: z.enum(['succeeded', 'failed', 'unknown'] satisfies Outcome[]).nullable(),
  touched: text,
  evidence: values.nullable(),
  error: text,
  verdict,
  verdictBecause: text,
  result: z.enum(stepResults).nullable(),
  resultBecause: text,
})

const page = z.strictObject({
  to: z.array(z.string()),
  level: z.int(),
  state: z.enum(['sent', 'suppressed', 'failed']),
  atMs,
  dueAtMs: atMs.nullable(),
  latenessMs: lengthMs.nullable(),
  because: text,
})

const acts = [
  'acknowledged',
  'noted',
  'set the severity',
  'set the impact',
  'resolved',
  'cancelled',
] as const satisfies FactAct[]

export const postmortemFacts = z
  .strictObject({
    number: z.string(),
    title: z.string(),
    runbook: z.strictObject({ name: z.string(), hash: z.string() }),
    bindings: z.record(z.string(), z.string()),
    linkedTo: text,
    severity: z.strictObject({
      final: z.enum(severities),
      label: text,
      changes: z.array(
        z.strictObject({ atMs, from: z.enum(severities), to: z.enum(severities), by, because: z.string() }),
      ),
    }),
    impact: z.strictObject({
      final: z.enum(impacts),
      changes: z.array(
        z.strictObject({ atMs, from: z.enum(impacts), to: z.enum(impacts), by, because: z.string() }),
      ),
    }),
    outcome: z.enum(['recovered', 'resolved-by-person', 'cancelled'] satisfies IncidentOutcome[]).nullable(),
    outcomeBecause: text,
    times: z.strictObject({
      startedAtMs: atMs,
      detectedAtMs: atMs,
      acknowledgedAtMs: atMs.nullable(),
      mitigatedAtMs: atMs.nullable(),
      resolvedAtMs: atMs.nullable(),
    }),
    durations: z.strictObject({
      detectionMs: lengthMs,
      responseMs: lengthMs.nullable(),
      mitigationMs: lengthMs.nullable(),
      resolutionMs: lengthMs.nullable(),
      impactMs: lengthMs.nullable(),
    }),
    alerts: z.array(
      z.strictObject({
        name: z.string(),
        summary: text,
        startedAtMs: atMs,
        endedAtMs: atMs.nullable(),
        times: z.int(),
      }),
    ),
    moreAlerts: z.int(),
    symptoms: z.array(
      z.strictObject({ check: z.string(), target: z.string(), before: measured, after: measured.nullable() }),
    ),
    steps: z.array(step),
    course: z.array(
      z.strictObject({
        atMs,
        what: z.enum(['verified', 'held', 'lost', 'exhausted', 'taken back', 'left in place', 'moved']),
        verdict,
        because: z.string(),
      }),
    ),
    pages: z.array(page),
    acts: z.array(z.strictObject({ atMs, by, what: z.enum(acts), text: z.string() })),
  })
  .describe('What the audit entries say; of a published version as they were then')
  .register(views, { id: 'PostmortemFacts' }) satisfies z.ZodType<PostmortemFacts>
