/**
 * The file of drills as it is written, beside the runbook that it rehearses: strict, snake_case, durations with units. What stands in
 * `given` and `expect` of the file holds in each of its drills.
 */
import { z } from 'zod'
import { event } from './drill-event-source.ts'
import { expectation } from './drill-expectation-source.ts'
import { given } from './drill-given-source.ts'
import { name, text } from './drill-name-source.ts'

const drill = z
  .strictObject({
    what: text.optional().describe('What it shows, in a sentence'),
    given: given
      .default({})
      .describe('What is otherwise in this drill: laid over that of all drills, name by name'),
    events: z
      .array(event)
      .default([])
      .describe('What people, alerts and machines do; of several at one moment the first one is first'),
    expect: expectation
      .optional()
      .describe('What must have come of it: each key in place of that of all drills, never beside it'),
  })
  .meta({ title: 'drill' })

export const drillSource = z.strictObject({
  apiVersion: z.literal('paramedic/v1').describe('The version of the language'),
  kind: z.literal('Drill').describe('What the file is'),
  runbook: name.describe('The name of the runbook that is rehearsed, which lies beside it'),
  given: given.default({}).describe('What each of the drills begins with'),
  expect: expectation.optional().describe('What must have come of each of the drills'),
  survivors: z
    .record(text, text)
    .default({})
    .describe('Change of the runbook as `drill mutate` names it: why no drill need notice it'),
  drills: z.record(name, drill).describe('Name: one incident from its alert to its end'),
})

export type DrillSource = z.output<typeof drillSource>
export type OneDrillSource = DrillSource['drills'][string]
