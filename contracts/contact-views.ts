/** What the API answers about whoever is called. */
import { z } from 'zod'
import { channelKinds } from './channel-kinds.ts'
import { views } from './views.ts'

const routeView = z
  .strictObject({
    channel: z.string(),
    kind: z.enum(channelKinds),
    to: z
      .string()
      .nullable()
      .describe('Null where the channel has no addresses; masked for whoever may not see it'),
  })
  .describe('A way to somebody')
  .register(views, { id: 'Route' })
export type RouteView = z.infer<typeof routeView>

const contactView = z
  .strictObject({
    name: z.string(),
    title: z.string().nullable(),
    functions: z.array(z.string()).describe('What it is called for, e.g. `on-call`'),
    systems: z.array(z.string()).nullable().describe('Null: every system'),
    reach: z.array(routeView).describe('Tried in this order'),
    link: z.string().nullable(),
  })
  .register(views, { id: 'Contact' })
export type ContactView = z.infer<typeof contactView>

export const contactList = z
  .strictObject({
    contacts: z.array(contactView),
    fallback: z.array(routeView).nullable().describe('Where pages go that reach nobody else; null: the log'),
    everyPage: z
      .array(routeView)
      .describe('While no contact has a channel and there is no fallback: every page goes to all of these'),
  })
  .describe('Who stands behind which function')
  .register(views, { id: 'ContactList' })
export type ContactList = z.infer<typeof contactList>

export const contactTest = z
  .strictObject({ contact: z.string(), test: z.string(), channels: z.array(z.string()) })
  .describe('A test that is on its way; a worker sends it')
  .register(views, { id: 'ContactTest' })
export type ContactTestView = z.infer<typeof contactTest>
