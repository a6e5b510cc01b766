/** What an incident is opened with, as it is shown; views.ts publishes both. */
import { z } from 'zod'
import { inputTypes } from './runbook-input.ts'
import { targetKinds } from './targets/definition.ts'

export const bindingShape = z
  .union([
    z.strictObject({
      role: z.string(),
      kind: z.enum(targetKinds),
      target: z.string(),
      site: z.string().exactOptional().describe('Only workers of this site reach it'),
    }),
    z.strictObject({
      role: z.string(),
      kind: z.enum(targetKinds),
      members: z
        .array(z.strictObject({ target: z.string(), site: z.string().exactOptional() }))
        .describe('Of a role for many, each target it means'),
    }),
    z.strictObject({
      role: z.string(),
      kind: z.enum(targetKinds),
      problem: z.enum(['unbound', 'ambiguous', 'too many']),
      candidates: z.array(z.string()),
    }),
  ])
  .describe('A role of the runbook and the target it means here, or why it means none')

export const resolvedInputShape = z
  .strictObject({
    name: z.string(),
    type: z.enum(inputTypes),
    value: z
      .union([z.string(), z.number(), z.boolean()])
      .exactOptional()
      .describe('A duration in milliseconds; absent when there is none'),
    source: z.enum(['given', 'alert', 'default', 'none']),
    problem: z.string().exactOptional().describe('Why what was said is not taken, or why there is no value'),
  })
  .describe('What the runbook was given, decided once when the incident opened')
