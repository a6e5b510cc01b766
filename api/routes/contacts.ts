import { z } from 'zod'
import { addressedKinds } from '../../contracts/channel-kinds.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import type { Configuration } from '../../contracts/configuration.ts'
import type { ContactConfiguration, Route } from '../../contracts/configuration/people.ts'
import { contactList, contactTest, type ContactView, type RouteView } from '../../contracts/contact-views.ts'
import { everyPageGoesTo } from '../../contracts/directory.ts'
import { can } from '../../contracts/principals.ts'
import { requestContactTest } from '../../store/contact-tests.ts'
import type { Pool } from '../../store/database.ts'
import { principalOf } from '../access.ts'
import { documented } from '../documented.ts'
import { type Api, emptyBody, lookUpText } from '../validation.ts'

/** Longer than any name of the configuration. */
const nameLength = 63
const listQuery = z.strictObject({ system: lookUpText(nameLength).optional() })
const params = z.strictObject({ name: lookUpText(nameLength) })

interface Dependencies {
  pool: Pool
  configuration: Pick<Configuration, 'channels' | 'contacts' | 'fallback'>
  clock: () => number
}

/** The directory: who stands behind which function, and by which channels. */
export function contactRoutes(app: Api, { pool, configuration, clock }: Dependencies): void {
  const { contacts, fallback } = configuration

  app.get('/v1/contacts', listing, request => {
    const { system } = request.query
    const showsAddresses = can(principalOf(request), 'contacts.addresses')
    const route = (one: Route): RouteView => routeView(configuration, one, showsAddresses)
    return {
      contacts: contacts
        .filter(({ systems }) => system === undefined || systems === undefined || systems.includes(system))
        .map(contact => contactView(contact, route)),
      fallback: fallback === undefined ? null : fallback.reach.map(route),
      everyPage: everyPageGoesTo(configuration).flatMap(({ routes }) => routes.map(route)),
    }
  })

  app.post('/v1/contacts/:name/test', testing, async request => {
    const { name } = request.params
    const contact = contacts.find(candidate => candidate.name === name)
    if (contact === undefined || contact.reach.length === 0)
      throw new CodedError('not_found', `There is no contact ${name} that can be reached.`, {
        hint: 'Who can be reached: npx paramedic contact list',
      })
    const id = await requestContactTest(pool, {
      contact: name,
      channels: contact.reach.map(({ channel }) => channel),
      by: principalOf(request).name,
      atMs: clock(),
    })
    return { contact: name, test: id, channels: contact.reach.map(({ channel }) => channel) }
  })
}

function contactView(contact: ContactConfiguration, route: (one: Route) => RouteView): ContactView {
  return {
    name: contact.name,
    title: contact.title ?? null,
    functions: contact.functions,
    systems: contact.systems ?? null,
    reach: contact.reach.map(route),
    link: contact.link ?? null,
  }
}

/** A mailbox is somebody's; its shape says enough to whoever only wants to know that there is one. */
function routeView(
  { channels }: Dependencies['configuration'],
  { channel, to }: Route,
  showsAddress: boolean,
): RouteView {
  const kind = channels.find(({ name }) => name === channel)?.kind ?? 'log'
  const hasAddress = to !== undefined && addressedKinds.includes(kind)
  return { channel, kind, to: !hasAddress ? null : showsAddress ? to : masked(to) }
}

function masked(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '…' : `${address[0]}…${address.slice(at)}`
}

const mia: ContactView = {
  name: 'mia',
  title: null,
  functions: ['on-call'],
  systems: null,
  reach: [
    { channel: 'pager', kind: 'webhook', to: null },
    { channel: 'mail', kind: 'smtp', to: 'mia@orders.example' },
  ],
  link: null,
}

const tooLong = 'a'.repeat(nameLength + 1)
const problem = `Too big: expected string to have <=${nameLength} characters`

const listing = documented({
  access: 'contacts.read',
  chapter: 'Contacts',
  id: 'listContacts',
  summary: 'List who is called',
  description:
    'Everybody of the configuration, and where pages go that reach nobody else. Addresses are whole for whoever holds the verb `contacts.addresses`, masked for others.',
  needsNoDatabase: true,
  schema: { querystring: listQuery, response: { 200: contactList } },
  examples: {
    everybody: {
      summary: 'Who is called, and how?',
      reply: {
        contacts: [mia],
        fallback: [{ channel: 'chat', kind: 'slack', to: null }],
        everyPage: [],
      },
    },
    system: {
      summary: 'Those who are called for one system',
      query: { system: 'orders' },
      reply: { contacts: [mia], fallback: null, everyPage: [] },
    },
  },
  errors: {
    bad_request: {
      query: { system: tooLong },
      message: `The query does not fit: system: ${problem}.`,
      fields: { faults: [{ field: 'system', problem }] },
    },
  },
})

const testing = documented({
  access: 'contacts.test',
  chapter: 'Contacts',
  id: 'testContact',
  summary: 'Send somebody a test',
  description:
    'A marked message by each channel of the contact; it is on record. A worker sends it: what did not arrive is among `stuck` of the status.',
  schema: { params, body: emptyBody, response: { 200: contactTest } },
  examples: {
    mia: {
      summary: 'Can Mia be reached?',
      params: { name: 'mia' },
      body: {},
      reply: { contact: 'mia', test: 'test/mia/2026-03-14T10:00:00.000Z', channels: ['pager', 'mail'] },
    },
  },
  errors: {
    bad_request: {
      params: { name: tooLong },
      message: `The path does not fit: name: ${problem}.`,
      fields: { faults: [{ field: 'name', problem }] },
    },
    not_found: {
      params: { name: 'nobody' },
      message: 'There is no contact nobody that can be reached.',
      hint: 'Who can be reached: npx paramedic contact list',
    },
  },
})
