/** What an incident of a drill is given, as it is written. */
import { z } from 'zod'
import type { ScriptedAttempt, WeeklyMoment } from '../contracts/drill.ts'
import { duration } from '../contracts/duration.ts'
import { autonomies } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { isTimeZone, parseTimeOfDay, weekdays } from '../contracts/office-hours.ts'
import { attempted, checkName, fieldName, name, plainOrNull, text, texts } from './drill-name-source.ts'
import { drillTime } from './drill-time-source.ts'

const momentShape = 'must be a weekday and a time of day such as sunday 03:00'
const clockShape = 'must be a time of day such as 03:00, before 24:00'

const moment = z
  .string()
  .refine(written => parseMoment(written) !== undefined, momentShape)
  .meta({ title: 'weekday and time of day', examples: ['sunday 03:00', 'mon 10:00'] })
  .transform(written => parseMoment(written) ?? usualMoment)

const day = z
  .string()
  .refine(written => parseDay(written) !== undefined, 'must be a weekday such as sunday or sun')
  .meta({ title: 'weekday', examples: ['sunday', 'mon'] })
  .transform(written => parseDay(written) ?? usualMoment.day)

const clock = z
  .string()
  .refine(written => parseClock(written) !== undefined, clockShape)
  .meta({ title: 'time of day', examples: ['03:00', '17:30'] })
  .transform(written => parseClock(written) ?? usualMoment.minute)

const zonedMoment = z
  .strictObject({
    day: day.describe('The day of the week'),
    clock: clock.describe('The time of the day, by the clocks of the zone'),
    zone: z
      .string()
      .refine(isTimeZone, 'must be the IANA name of a time zone such as Europe/Berlin')
      .optional()
      .describe(
        'The time zone by its IANA name; without it that of the office hours or of the schedule, else UTC',
      ),
  })
  .meta({ title: 'moment of the week' })

/** In office hours, for a drill that says nothing of its time. */
export const usualMoment: WeeklyMoment = { day: 'mon', minute: 10 * 60 }

const fields = z.record(fieldName, plainOrNull)

const change = z
  .strictObject({
    at: drillTime().optional().describe('From when on, since the opening; 0m without it and without after'),
    after: attempted.optional().describe('In place of at: from the effect of this step on'),
    wait: drillTime().optional().describe('With after: so long after the effect'),
    target: text.optional().describe('Of a group: only this member'),
    is: fields
      .optional()
      .describe('What it measures from then on, laid over what held before; null takes a field away'),
    fails: text.optional().describe('It cannot be measured, for this reason'),
    takes: duration({ max: limits.scriptedTakesMs })
      .optional()
      .describe('How long the target takes to answer, on the real clock: the drill waits for it'),
  })
  .meta({ title: 'change of a check' })

const attempt = z
  .strictObject({
    would_touch: z
      .int()
      .min(0)
      .optional()
      .describe('How much the plan finds to touch, 1 without it; 0 leaves nothing to do'),
    touches: z
      .int()
      .min(0)
      .optional()
      .describe('How much the effect touches; without it what the plan found'),
    fails: text.optional().describe('The effect fails, for this reason'),
    unknown: z
      .enum(['done', 'not-done', 'cannot-tell'] satisfies NonNullable<ScriptedAttempt['unknown']>[])
      .optional()
      .describe('Nobody knows whether the effect happened; this is what the target says when it is asked'),
    takes: duration({ max: limits.scriptedTakesMs })
      .optional()
      .describe('How long the effect takes, on the real clock: the drill waits for it'),
    is_replaced: z
      .literal(true)
      .optional()
      .describe('Another target stands there when the effect is to begin than when it was planned'),
    cannot_plan: text.optional().describe('Nothing can be planned, for this reason'),
  })
  .meta({ title: 'attempt' })

export const given = z.strictObject({
  at: z
    .union([moment, zonedMoment])
    .optional()
    .describe('When the alert fires or the routine is due, in any week; monday 10:00 without it'),
  alert: z
    .strictObject({
      labels: texts.optional().describe('Its labels; those of the drill are laid over those of all drills'),
      annotations: texts.optional().describe('Its annotations, in the same way'),
    })
    .optional()
    .describe('The alert that opens the incident; a routine has none'),
  targets: z
    .record(
      name,
      z.union([
        z
          .int()
          .min(0)
          .max(limits.targetsPerRole + 1),
        z.array(name),
      ]),
    )
    .optional()
    .describe(
      'Role of the runbook: how many targets fit it, or their names; one that is called like the role without it. 0 leaves the role unbound, 2 make a role for one ambiguous',
    ),
  autonomy: z
    .enum(autonomies)
    .optional()
    .describe('What may be done on every target without asking; auto without it'),
  people: z
    .record(name, z.array(name).min(1))
    .optional()
    .describe(
      'Name of a person: their roles and functions. One who is not here may do everything but what a function is asked for',
    ),
  checks: z
    .record(checkName, z.union([z.array(change).min(1), fields]))
    .optional()
    .describe('Check of the runbook: the fields it measures from the beginning, or a list of changes'),
  steps: z
    .record(attempted, z.union([attempt, z.array(attempt).min(1)]))
    .optional()
    .describe(
      'Step of the runbook, or `<step>.undo`: what an attempt finds and does, or a list of one attempt after the other; the last one again and again. Without it, it finds one thing to touch and succeeds',
    ),
})

export type GivenSource = z.output<typeof given>

/** `sunday 03:00`, `Sun 03:00`. */
function parseMoment(written: string): WeeklyMoment | undefined {
  const [dayWords = '', clockWords = '', ...others] = written.trim().split(/\s+/)
  const [found, minute] = [parseDay(dayWords), parseClock(clockWords)]
  return found === undefined || minute === undefined || others.length > 0 ? undefined : { day: found, minute }
}

const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

function parseDay(written: string): WeeklyMoment['day'] | undefined {
  const word = written.toLowerCase()
  return weekdays.find((short, index) => word === short || word === dayNames[index])
}

/** Minutes since midnight; midnight is the beginning of its day. */
function parseClock(written: string): number | undefined {
  const minute = parseTimeOfDay(written)
  return minute === 24 * 60 ? undefined : minute
}
