/** The runbook as it is written: strict, snake_case, durations with units. DESIGN.md section 6 is its prose. */
import { z } from 'zod'
import { severities } from '../contracts/incident.ts'
import { targetKinds } from '../contracts/targets/definition.ts'
import { duration } from '../contracts/duration.ts'
import { isTimeZone, parseTimeOfDay, weekdays } from '../contracts/office-hours.ts'

/** Names of runbooks, steps, roles, teams and functions. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes, at most 63')
/** CEL reads these behind a dot as words of its own. */
const celWords = ['in', 'true', 'false', 'null']
const checkName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,62}$/,
    'must be lower-case letters, digits and underscores, beginning with a letter',
  )
  .refine(text => !celWords.includes(text), 'is a word of CEL and cannot name a check')
const text = z.string().min(1)
const condition = z.string().min(1)
const severity = z.enum(severities)
/** What the definitions of the check or action say about it is checked by lint-parameters.ts. */
const parameters = z.record(z.string(), z.unknown()).default({})

/** Faster than this, a verification is load and no longer a measurement. */
const shortestEveryMs = 250

const steadiness = {
  until: condition,
  settle: duration().optional(),
  for: duration().optional(),
  within: duration({ min: 1 }).optional(),
  every: duration({ min: shortestEveryMs }).optional(),
}

const checkUse = z.strictObject({
  uses: text,
  target: text,
  with: parameters,
  timeout: duration({ min: 1 }).optional(),
})

const severityRule = z.strictObject({ is: severity, label: text.optional(), when: condition.optional() })

const gate = z.strictObject({
  approvers: z
    .array(
      z.string().regex(/^role:[a-z0-9][a-z0-9._-]*$/, 'must be `role:` and the name of a role or function'),
    )
    .min(1),
  quorum: z.int().min(1).max(20).default(1),
  expires: duration({ min: 1_000 }).optional(),
  on_expiry: z.enum(['next', 'escalate', 'stop']).default('escalate'),
})

const precheck = z.strictObject({ check: text, when: condition, after: duration().default(0) })

const retry = z.strictObject({
  times: z.int().min(1).max(5),
  after: duration({ min: 1_000 }).optional(),
})

const step = z.strictObject({
  id: name,
  uses: text,
  target: text,
  when: condition.optional(),
  with: parameters,
  precheck: precheck.optional(),
  gate: gate.optional(),
  verify: z.strictObject({ check: text, ...steadiness }),
  retry: retry.optional(),
  on_failure: z.enum(['next', 'escalate', 'stop']).default('next'),
  undo: z.strictObject({ none: text }),
  timeout: duration({ min: 1_000 }).optional(),
})

const timeOfDay = z
  .string()
  .refine(written => parseTimeOfDay(written) !== undefined, 'must be a time of day such as "09:00"')
  .transform(written => parseTimeOfDay(written) ?? 0)

const officeHours = z.strictObject({
  zone: z.string().refine(isTimeZone, 'must be the IANA name of a time zone such as Europe/Berlin'),
  days: z.array(z.enum(weekdays)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
  from: timeOfDay,
  to: timeOfDay,
})

const escalationLevel = z.strictObject({
  after: duration(),
  unless: z.enum(['acknowledged', 'resolved']).optional(),
  only: z.enum(['office-hours', 'off-hours']).optional(),
  when: condition.optional(),
  page: z.array(name).min(1),
  severity: severity.optional(),
})

export const runbookSource = z.strictObject({
  apiVersion: z.literal('paramedic/v1'),
  kind: z.literal('Runbook'),
  metadata: z.strictObject({ name, title: text, owner: name, source: text.optional() }),
  description: z
    .strictObject({ what: text, when_to_use: text.optional(), when_not_to_use: text.optional() })
    .optional(),
  targets: z.record(name, z.enum(targetKinds)).default({}),
  match: condition.optional(),
  priority: z.int().min(-1_000).max(1_000).default(0),
  triage: z.strictObject({
    checks: z.record(checkName, checkUse).default({}),
    severity: z.array(severityRule).min(1),
    impact: condition.optional(),
  }),
  mitigate: z.array(step).default([]),
  verify: z.strictObject({ checks: z.array(text).min(1), ...steadiness }).optional(),
  hold: duration().optional(),
  office_hours: officeHours.optional(),
  escalate: z.array(escalationLevel).min(1),
  postmortem: z.strictObject({ due: duration({ min: 1 }), for: z.array(severity).min(1) }).optional(),
})

export type RunbookSource = z.output<typeof runbookSource>
