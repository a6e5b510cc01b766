/** What must have come of a drill, as it is written. */
import { z } from 'zod'
import { communicationEvents } from '../contracts/communication.ts'
import type { Expectation } from '../contracts/drill.ts'
import { duration } from '../contracts/duration.ts'
import {
  type GateState,
  impacts,
  phases,
  severities,
  stepResults,
  type UndoEnd,
  type Verdict,
} from '../contracts/incident.ts'
import type { NewsEvent } from '../contracts/notice.ts'
import { attempted, name, plainValue, text } from './drill-name-source.ts'
import { drillTime } from './drill-time-source.ts'

const newsEvents = [
  ...communicationEvents,
  'recovery-lost',
  'update',
  'needs-people',
] as const satisfies readonly NewsEvent[]
const gateStates = [
  'open',
  'approved',
  'denied',
  'expired',
  'withdrawn',
] as const satisfies readonly GateState[]
const verdicts = ['recovered', 'not_recovered', 'no_data'] as const satisfies readonly Verdict[]
const undoEnds = ['undone', 'not-needed', 'in-place'] as const satisfies readonly UndoEnd[]
const outcomes = [
  'recovered',
  'resolved-by-person',
  'cancelled',
  'open',
] as const satisfies readonly Expectation['outcome'][]

const at = drillTime().optional().describe('When, since the opening; any time without it')
const parameters = z.record(text, z.unknown())
const dataFields = z.record(text, plainValue)

const page = z
  .strictObject({
    at: drillTime().describe('When, since the opening'),
    to: z.array(name).min(1).describe('The functions that are paged, in any order'),
  })
  .meta({ title: 'page' })

const news = z
  .strictObject({
    event: z.enum(newsEvents).describe('What they are told of'),
    to: z.array(name).min(1).describe('Who is told, in any order'),
    at,
  })
  .meta({ title: 'news' })

const effect = z
  .strictObject({
    times: z.int().min(0).default(1).describe('How often it really happened at the target'),
    with: parameters
      .optional()
      .describe('Parameters each of them was done with, written as in the runbook; others are not looked at'),
  })
  .meta({ title: 'effect' })

const entry = z
  .strictObject({
    entry: text.describe('The kind of the entry, such as step.ended'),
    at,
    has: dataFields.optional().describe('These fields of its data; others are not looked at'),
  })
  .meta({ title: 'entry of the timeline' })

/** Exactly one of its keys, but for `has`; lint-drill-forms.ts says so. */
const never = z
  .strictObject({
    effect: attempted.optional().describe('A step, or `<step>.undo`, that has no effect at the target'),
    page: name.optional().describe('A function that is not paged'),
    severity: z.enum(severities).optional().describe('A severity that it never has'),
    step: attempted.optional().describe('A step that is not reached'),
    entry: text.optional().describe('A kind of entry that is not in the timeline'),
    has: dataFields.optional().describe('With entry: only those with these fields in their data'),
  })
  .meta({ title: 'what must not happen' })

export const expectation = z.strictObject({
  severity: inTurn(severities).optional().describe('Every severity it had, that of triage first'),
  impact: inTurn(impacts)
    .optional()
    .describe('Every answer to whether customers are affected, that of triage first'),
  steps: z
    .record(attempted, once(stepResults))
    .optional()
    .describe(
      'Step: how it ended. One that is left out must not be reached, unless its gate is expected to be open',
    ),
  gates: z
    .record(attempted, once(gateStates))
    .optional()
    .describe('Step: how its last gate ended, be it for leave or for a tick'),
  pages: z
    .array(page)
    .optional()
    .describe('All pages in order; one more or one less is a failure. Without it nobody is paged'),
  told: z
    .array(news)
    .optional()
    .describe('All that people are told beside pages, in order. Without it that is not looked at'),
  effects: z
    .record(attempted, z.union([z.int().min(0), effect]))
    .optional()
    .describe(
      'Step, or `<step>.undo`: how often it really happened at the target. Without it once for each step that succeeded, and never for any other',
    ),
  verdicts: z
    .record(z.union([z.literal('overall'), attempted]), inTurn(verdicts))
    .optional()
    .describe('Step, or overall: every verdict of its verifications'),
  undone: z
    .record(name, z.enum(undoEnds))
    .optional()
    .describe('Step that paramedic takes back: what became of that'),
  phases: inTurn(phases).optional().describe('Every phase it was in'),
  outcome: z.enum(outcomes).optional().describe('How it ended'),
  closed: drillTime().optional().describe('When it closed, since the opening'),
  timeline: z
    .array(z.union([text, entry]))
    .min(1)
    .optional()
    .describe('Entries of the timeline in this order, others may stand between them'),
  postmortem: z
    .union([
      z.literal('none'),
      z
        .strictObject({ due: duration().describe('Time from the end of the incident') })
        .meta({ title: 'post-mortem' }),
    ])
    .optional()
    .describe('When its post-mortem is due, or none'),
  never: z
    .array(never)
    .default([])
    .describe('What must not happen at all; those of all drills count as well'),
})

export type ExpectationSource = z.output<typeof expectation>

/** One value at any time, or at its own. */
function once<const T extends readonly string[]>(values: T) {
  const timed = z.strictObject({ is: z.enum(values).describe('What it was'), at })
  return z.union([z.enum(values), timed.meta({ title: 'with its time' })])
}

/** One value for all the time, or several one after the other. */
function inTurn<const T extends readonly string[]>(values: T) {
  return z.union([once(values), z.array(once(values)).min(1)])
}
