/** What happens in a drill, as it is written. Which keys go together is told by lint-drill-forms.ts. */
import { z } from 'zod'
import { crashPoints } from '../contracts/drill.ts'
import { impacts, severities } from '../contracts/incident.ts'
import { attempted, name, text, texts } from './drill-name-source.ts'
import { drillTime } from './drill-time-source.ts'

/** What a person does, and what its entry takes beside who and when. */
export const personsActs = {
  acknowledge: [],
  approve: ['step', 'because'],
  deny: ['step', 'because'],
  tick: ['step', 'done'],
  decide: ['step', 'done'],
  resolve: ['because'],
  cancel: ['because'],
  freeze: ['because'],
  unfreeze: ['because'],
} as const satisfies Record<string, readonly string[]>
export type PersonsActName = keyof typeof personsActs
const actNames = Object.keys(personsActs) as PersonsActName[]

export const event = z
  .strictObject({
    at: drillTime().optional().describe('When it happens, since the opening'),
    on: z
      .strictObject({ gate: attempted.describe('The step, or `<step>.undo`') })
      .optional()
      .describe(
        'In place of at: when the step begins to wait for people, be it for leave, a tick or an answer',
      ),
    after: drillTime().optional().describe('With on: so long after it'),
    who: name.optional().describe('The person who does it'),
    does: z
      .enum(actNames)
      .optional()
      .describe(
        'What the person does: tick says whether a manual step was done, decide whether an effect happened that nobody knows of',
      ),
    step: attempted
      .optional()
      .describe(
        'What is approved, denied, ticked or decided, that of on without it; or around whose effect it crashes',
      ),
    done: z.boolean().optional().describe('Of tick and decide: was it done? true without it'),
    because: text
      .optional()
      .describe('Of approve, deny, resolve, cancel, freeze and unfreeze: the reason they give'),
    severity: z.enum(severities).optional().describe('In place of does: the person says how bad it is'),
    impact: z
      .enum(impacts)
      .optional()
      .describe('In place of does: the person says whether customers are affected'),
    alert: z
      .enum(['fires', 'resolves', 'repeats'])
      .optional()
      .describe('What the sender of the alert says; repeats is the same firing, sent once more'),
    labels: texts
      .optional()
      .describe(
        'With alert: laid over the labels of the alert, which makes it another one of the same group',
      ),
    crash: z
      .enum(['worker', 'engine'])
      .optional()
      .describe('What is killed without a word and started anew: the worker, or Temporal itself'),
    point: z
      .enum(crashPoints)
      .optional()
      .describe(
        'With crash: worker and step, in place of a time: where it is killed around the effect of the step',
      ),
  })
  .meta({ title: 'event' })

export type EventSource = z.output<typeof event>
