/**
 * `paramedic.yaml`, assembled from its parts. The schema is strict (unknown keys are faults) and turns YAML's snake_case
 * into our camelCase. References in strings are resolved before this schema sees them.
 */
import { z } from 'zod'
import { channel } from './configuration/channels.ts'
import { httpUrl, name, token } from './configuration/names.ts'
import { contact, fallback, principal, stakeholder, team } from './configuration/people.ts'
import { rule } from './configuration/rules.ts'
import { target } from './configuration/targets.ts'

const source = z.strictObject({ name, kind: z.enum(['alertmanager', 'generic']), token })

/** How this installation looks from outside. */
const service = z
  .strictObject({
    /** Where people reach the API; links in messages begin with it. */
    public_url: httpUrl.optional(),
    /** The zone that messages give times in, beside UTC. */
    zone: z.string().refine(isZone, 'must be a time zone such as Europe/Berlin').default('UTC'),
  })
  .transform(({ public_url, zone }) => ({
    zone,
    ...(public_url === undefined ? {} : { publicUrl: public_url }),
  }))

export const configurationSchema = z.strictObject({
  apiVersion: z.literal('paramedic/v1'),
  kind: z.literal('Configuration'),
  service: service.default({ zone: 'UTC' }),
  sources: z.array(source).default([]),
  targets: z.array(target).default([]),
  teams: z.array(team).default([]),
  principals: z.array(principal).default([]),
  channels: z.array(channel).default([]),
  contacts: z.array(contact).default([]),
  stakeholders: z.array(stakeholder).default([]),
  fallback: fallback.optional(),
  rules: z.array(rule).default([]),
})

export type Configuration = z.output<typeof configurationSchema>
export type SourceConfiguration = Configuration['sources'][number]

function isZone(written: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: written }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
