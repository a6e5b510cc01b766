/** Who may use Paramedic, who is reached and in which order, who is told. */
import { z } from 'zod'
import { severities } from '../incident.ts'
import { line, name, token } from './names.ts'

/** The built-in roles; what each may do is in principals.ts. */
export const roles = ['viewer', 'responder', 'approver', 'admin', 'auditor', 'ingest'] as const
export type Role = (typeof roles)[number]

export const principal = z.strictObject({
  name,
  roles: z.array(z.enum(roles)).min(1),
  /** What the person is called for: on-call, senior, platform-lead; gates ask functions. */
  functions: z.array(name).default([]),
  token,
})

/** A channel, and the address in it where the channel has addresses: a mailbox, a chat. */
const route = z.strictObject({ channel: name, to: z.string().min(1).max(320).optional() })
export type Route = z.output<typeof route>

/** Tried in order: the next one when the one before has failed. */
const reach = z.array(route).min(1)

export const contact = z
  .strictObject({
    name,
    /** What is called when a level pages a function: on-call, security, dba. */
    functions: z.array(name).default([]),
    /** Only for alerts of these systems; every system when left out. */
    systems: z.array(name).min(1).optional(),
    reach: z.array(route).default([]),
    /** A support page or a telephone book, shown to people instead of being paged. */
    link: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
    title: line.optional(),
  })
  .refine(({ reach, link }) => reach.length > 0 || link !== undefined, {
    path: ['reach'],
    error: '`reach` or `link` is required: nobody can be reached without',
  })

const stakeholderEvents = ['opened', 'severity', 'resolved'] as const

export const stakeholder = z.strictObject({
  name,
  systems: z.array(name).min(1).optional(),
  /** Told of incidents that are or have been this severe. */
  severities: z
    .array(z.enum(severities))
    .min(1)
    .default([...severities]),
  on: z
    .array(z.enum(stakeholderEvents))
    .min(1)
    .default([...stakeholderEvents]),
  reach,
})

export const team = z.strictObject({
  name,
  title: line.optional(),
  /** Principals. */
  members: z.array(name).default([]),
  /** The contacts that are reached for what the team owns. */
  contacts: z.array(name).default([]),
})

/** Where pages go that reach nobody else, and what Paramedic says about itself. */
export const fallback = z.strictObject({ reach })

export type ContactConfiguration = z.output<typeof contact>
export type StakeholderConfiguration = z.output<typeof stakeholder>
