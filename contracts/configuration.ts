/**
 * `paramedic.yaml`, assembled from its parts. The schema is strict (unknown keys are faults) and turns YAML's snake_case
 * into our camelCase. References in strings are resolved before this schema sees them.
 */
import { z } from 'zod'
import { channel } from './configuration/channels.ts'
import { httpUrl, name, token } from './configuration/names.ts'
import { contact, fallback, principal, stakeholder, team } from './configuration/people.ts'
import { rule } from './configuration/rules.ts'
import { target, type TargetPlace } from './configuration/targets.ts'

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
  service: service.prefault({}),
  sources: z.array(source).prefault([]),
  targets: z.array(target).prefault([]),
  teams: z.array(team).prefault([]),
  principals: z.array(principal).prefault([]),
  channels: z.array(channel).prefault([]),
  contacts: z.array(contact).prefault([]),
  stakeholders: z.array(stakeholder).prefault([]),
  fallback: fallback.optional(),
  rules: z.array(rule).prefault([]),
})

export type Configuration = z.output<typeof configurationSchema>

/**
 * The part of it that one process reads. A worker of a site has the targets there and the rules on them; every other process
 * has all the rest.
 */
export type OwnConfiguration = Configuration & {
  /** Where every target is, those that other processes reach included. */
  places: TargetPlace[]
}

export type SourceConfiguration = Configuration['sources'][number]

function isZone(written: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: written }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
