/**
 * The runbook as it is written: strict, snake_case, durations with units. DESIGN.md section 6 is its prose. Editors and
 * docs/runbook-reference.md show what each key says of itself: `title` is its type in words (a `check` or an `action` is one of the catalogue), `defaultMs` what the normaliser fills in.
 */
import { z } from 'zod'
import { communicationEvents } from '../contracts/communication.ts'
import { severities } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { targetKinds } from '../contracts/targets/definition.ts'
import { duration, formatDuration } from '../contracts/duration.ts'
import { input } from './input-source.ts'
import { requiredOfActions } from './lint-manual.ts'
import { officeHours } from './office-hours-source.ts'
import { schedule } from './schedule-source.ts'

/** Names of runbooks, steps, roles, teams and functions. */
const name = named(
  'name',
  /^[a-z0-9][a-z0-9-]{0,62}$/,
  'must be lower-case letters, digits and dashes, at most 63',
)
/** CEL reads these behind a dot as words of its own. */
const celWords = ['in', 'true', 'false', 'null']
const checkName = named(
  'name of a check',
  /^[a-z][a-z0-9_]{0,62}$/,
  'must be lower-case letters, digits and underscores, beginning with a letter',
).refine(text => !celWords.includes(text), 'is a word of CEL and cannot name a check')
const approver = named(
  'role',
  /^role:[a-z0-9][a-z0-9._-]*$/,
  'must be `role:` and the name of a role or function',
)
const text = z.string().min(1)
const condition = z.string().min(1).meta({ title: 'condition (CEL)' })
const severity = z.enum(severities)
/** What the definitions of the check or action say about it is checked by read-parameters.ts. */
const parameters = z.record(z.string(), z.unknown()).default({})

/** A message is read on a telephone. */
const longestSay = 500

/** Faster than this, a verification is load and no longer a measurement. */
const shortestEveryMs = 250

const steadiness = {
  until: condition.describe('What must hold'),
  settle: duration({ defaultMs: 0 }).optional().describe('Wait before the first measurement'),
  for: duration({ defaultMs: limits.verifyForMs }).optional().describe('How long it must hold on end'),
  within: duration({ min: 1, defaultMs: limits.verifyWithinMs })
    .optional()
    .describe('When to give up; settle and for together must fit into it'),
  every: duration({ min: shortestEveryMs })
    .optional()
    .describe(
      `Time between measurements; without it a third of for, at least ${formatDuration(limits.verifyEveryMs)}`,
    ),
}

const role = z
  .strictObject({
    kind: z.enum(targetKinds).describe('What the targets are'),
    many: z
      .boolean()
      .default(false)
      .describe(
        `Every target that fits, at most ${limits.targetsPerRole}: a check on the role measures each of them, and no action works on it`,
      ),
    group: name.optional().describe('Only targets of this group, as the configuration says'),
  })
  .meta({ title: 'role' })

const checkUse = z
  .strictObject({
    uses: text.meta({ title: 'check', description: 'What measures' }),
    target: text.describe('A role of targets'),
    with: parameters.describe('The parameters of the check'),
    timeout: duration({ min: 1, defaultMs: limits.checkTimeoutMs })
      .optional()
      .describe('Longest time for one measurement'),
  })
  .meta({ title: 'check' })

const severityRule = z
  .strictObject({
    is: severity.describe('How bad it is'),
    label: text.optional().describe("The team's own word for it, such as P0"),
    when: condition.optional().describe('When the rule holds; only the last rule has none'),
    for: duration({ min: 1_000 })
      .optional()
      .describe('How long all measurements must hold; needs recheck, and is at least as long'),
  })
  .meta({ title: 'severity rule' })

const onExpiry = z.enum(['next', 'escalate', 'stop'])

const gate = z
  .strictObject({
    approvers: z
      .array(approver)
      .min(1)
      .describe('Who may allow it: the role approver and one of these roles or functions'),
    quorum: z.int().min(1).max(20).default(1).describe('How many different people have to allow it'),
    expires: duration({ min: 1_000, defaultMs: limits.gateExpiresMs })
      .optional()
      .describe('After this nobody can allow it any more'),
    on_expiry: onExpiry
      .default('escalate')
      .describe(
        'When nobody decided: the next step, a page to the next level and then the next step, or no further step. Never approves',
      ),
  })
  .meta({ title: 'gate' })

const precheck = z
  .strictObject({
    check: text.describe('The check of triage that is measured anew'),
    when: condition.describe('When the step is still for; if false or without data it is skipped'),
    after: duration({ defaultMs: 0 })
      .default(0)
      .describe('Wait before it is measured: what passes by itself gets this long'),
  })
  .meta({ title: 'precheck' })

const retry = z
  .strictObject({
    times: z.int().min(1).max(5).describe('How many further tries'),
    after: duration({ min: 1_000, defaultMs: limits.retryAfterMs })
      .optional()
      .describe('Wait before the next try'),
  })
  .meta({ title: 'retry' })

const stepVerification = z.strictObject({
  check: text.describe('The check of triage that is measured again'),
  ...steadiness,
})

const undo = z
  .strictObject({
    none: text.optional().describe('Why there is nothing to undo; instead of uses'),
    uses: text
      .optional()
      .meta({ title: 'action', description: 'What takes the step back, on the target of the step' }),
    with: z.record(z.string(), z.unknown()).optional().describe('The parameters of that action'),
    verify: stepVerification
      .optional()
      .describe('How it is proved that it was taken back; without it an effect that succeeded is enough'),
    timeout: duration({ min: 1_000 })
      .optional()
      .describe(`Longest time of its effect; without it ${formatDuration(limits.stepTimeoutMs)}`),
  })
  .meta({ title: 'undo' })

const step = z
  .strictObject({
    id: name.describe('Its name, unique in the runbook'),
    uses: text
      .optional()
      .meta({ title: 'action', description: 'What changes something; every step has uses or manual' }),
    target: text.optional().describe('A role of targets; goes with uses'),
    manual: text
      .optional()
      .describe(
        'What a person has to do and then ticks, in words for people; instead of uses and what goes with it',
      ),
    when: condition.optional().describe('When the step is for; if false or without data it is skipped'),
    with: parameters.describe('The parameters of the action'),
    precheck: precheck.optional().describe('Looks again before anything is planned, after a wait'),
    gate: gate
      .optional()
      .describe("Who has to allow it; without one the target's autonomy and the action's risk may still ask"),
    by: z
      .array(approver)
      .min(1)
      .optional()
      .describe(
        'Who may tick a manual step: one of these roles or functions; without it every responder and approver',
      ),
    expires: duration({ min: 1_000, defaultMs: limits.manualExpiresMs })
      .optional()
      .describe('After this nobody can tick a manual step any more'),
    on_expiry: onExpiry.optional().meta({
      default: 'escalate',
      description:
        'When nobody has ticked a manual step: the next step, a page to the next level and then the next step, or no further step',
    }),
    verify: stepVerification
      .optional()
      .describe(
        'How its success is measured; no data is no success. Without it, which only a manual step may be, a tick leads to the next step',
      ),
    retry: retry.optional().describe('Tries again when it failed'),
    on_failure: z
      .enum(['next', 'escalate', 'stop', 'undo'])
      .optional()
      .describe(
        'After its last try: the next step, a page to the next level and then the next step, no further step, or its undo at once and then the next step. Without it the next step; with schedule no further one, also after an undo',
      ),
    temporary: z
      .boolean()
      .default(false)
      .describe(
        'It stays only for the time of the incident: once the recovery has lasted for hold, or a person ends the incident, its undo runs before the incident closes',
      ),
    undo: undo.optional().describe('What takes it back: none with a reason, or an action; goes with uses'),
    timeout: duration({ min: 1_000, defaultMs: limits.stepTimeoutMs })
      .optional()
      .describe('Longest time of the effect'),
  })
  // For editors; lint-manual.ts says it of a file.
  .meta({ title: 'step', if: { required: ['manual'] }, else: { required: [...requiredOfActions] } })

const escalationLevel = z
  .strictObject({
    after: duration().describe(
      'Time from the opening; with unless: acknowledged, from the newest alert that needs an acknowledgement',
    ),
    unless: z.enum(['acknowledged', 'resolved']).optional().describe('What makes the page needless'),
    only: z
      .enum(['office-hours', 'off-hours'])
      .optional()
      .describe('The hours it pages in; due in other hours, it waits for the next of these'),
    when: condition
      .optional()
      .describe('When the level pages, looked at again whenever it may have changed; without data it pages'),
    for: duration({ min: 1_000 })
      .optional()
      .describe('How long when has to hold on end before the level pages'),
    page: z.array(name).min(1).describe('The functions to page, such as on-call'),
    severity: severity.optional().describe('The incident becomes at least this severe when the level pages'),
  })
  .meta({ title: 'level' })

const communicationRule = z
  .strictObject({
    on: z
      .array(z.enum(communicationEvents))
      .min(1)
      .optional()
      .describe(
        'What they are told of: opened (as soon as triage has said how bad it is), a change of severity or of impact, acknowledged, mitigated (a recovery is measured and held, and when it is lost again), resolved',
      ),
    every: duration({ min: limits.updateEveryMs })
      .optional()
      .describe(
        'In place of on: they are told regularly how it stands, this long after the opening and each time again',
      ),
    until: z
      .enum(['mitigated', 'resolved'])
      .default('resolved')
      .describe('With every: when the updates end; mitigated: none while a recovery is held'),
    tell: z
      .array(name)
      .min(1)
      .describe('Functions, contacts or stakeholders of the configuration; nobody is woken'),
    when: condition.optional().describe('When they are told; without data they are'),
    say: z
      .string()
      .min(1)
      .max(longestSay)
      .optional()
      .describe(
        'What is said to them, word for word; the facts of the incident stand below it by themselves',
      ),
  })
  .meta({ title: 'rule of communication' })

export const runbookSource = z.strictObject({
  apiVersion: z.literal('paramedic/v1').describe('The version of the language'),
  kind: z.literal('Runbook').describe('What the file is'),
  metadata: z
    .strictObject({
      name: name.describe(
        'Its name, unique among all runbooks; default is the one that takes what no other matches',
      ),
      title: text.describe('What is wrong, in a few words for people'),
      owner: name.describe('The team that answers for it'),
      source: text.optional().describe('Where the procedure is from, such as handbook.md#7'),
    })
    .describe('What it is called and whose it is'),
  description: z
    .strictObject({
      what: text.describe('What is going on when the alert fires'),
      when_to_use: text.optional().describe('What tells that this is the case the runbook is for'),
      when_not_to_use: text.optional().describe('What looks alike and needs something else'),
    })
    .optional()
    .describe('What the person who is paged reads first'),
  targets: z
    .record(name, z.union([z.enum(targetKinds), role]))
    .default({})
    .describe(
      "Role: kind. An incident binds each role to the one target with that role and kind in the alert's system and environment; the long form may ask for all of them",
    ),
  inputs: z
    .record(checkName, input)
    .default({})
    .describe(
      'Name: what the runbook is given from outside, decided once when the incident opens. A parameter takes it as { input: name }, a condition as inputs.<name>',
    ),
  match: condition.optional().describe('Which alerts it is for; every runbook but default needs one'),
  schedule: schedule
    .optional()
    .describe(
      'In place of match: it runs at these times, every step in its order, and calls nobody while it goes well',
    ),
  priority: z
    .int()
    .min(-1_000)
    .max(1_000)
    .default(0)
    .describe('Of several runbooks whose match holds, the highest is taken'),
  triage: z
    .strictObject({
      checks: z
        .record(checkName, checkUse)
        .default({})
        .describe('Name: what is measured, all at once, to judge and to verify'),
      severity: z.array(severityRule).min(1).describe('How bad it is: the first rule that holds'),
      impact: condition
        .optional()
        .describe('Are customers affected? Without it, or without data, unknown, which counts as yes'),
      recheck: duration({ min: limits.shortestRecheckMs })
        .optional()
        .describe(
          'While the incident is open the checks are measured anew this often, and severity and impact rise when it has become worse',
        ),
    })
    .describe('What is looked at first, and what it says about the incident'),
  mitigate: z.array(step).default([]).describe('The steps, tried in order until one is verified'),
  verify: z
    .strictObject({
      checks: z.array(text).min(1).describe('The checks of triage that are measured again'),
      ...steadiness,
    })
    .optional()
    .describe(
      `When the whole is well; without it the alerts have to resolve within ${formatDuration(limits.alertsClearWithinMs)}`,
    ),
  hold: duration({ defaultMs: limits.holdMs })
    .optional()
    .describe('How long a recovery must last before the incident closes'),
  office_hours: officeHours
    .optional()
    .describe('When the team is at work, for levels that page only then or only outside of them'),
  escalate: z.array(escalationLevel).min(1).describe('Who is paged when, in the order of time'),
  communication: z
    .array(communicationRule)
    .default([])
    .describe(
      'Who is told what, beside the stakeholders of the configuration; each hears of each thing once',
    ),
  postmortem: z
    .strictObject({
      due: duration({ min: 1 }).describe('Time from the end of the incident'),
      for: z.array(severity).min(1).describe('The severities that ask for one'),
    })
    .optional()
    .describe('When its post-mortem is due'),
})

export type RunbookSource = z.output<typeof runbookSource>

/** Text of one shape; linter and editor say what is wrong with it in the same words. */
function named(title: string, shape: RegExp, problem: string) {
  return z.string().regex(shape, problem).meta({ title, patternErrorMessage: problem })
}

/** Where a part is missing that has no default, by its path. */
export const leastWritten = {
  triage: 'triage: { severity: [{ is: SEV4 }] }',
  'triage.severity': 'severity: [{ is: SEV4 }]',
}
