/** Who stands behind a name that a level pages, and by which channels. Pure. */
import { addressedKinds } from './channel-kinds.ts'
import type { Configuration } from './configuration.ts'
import type { ContactConfiguration, Route } from './configuration/people.ts'

/** Somebody, or something, that a notice goes to: its routes are tried in order. */
export interface Recipient {
  name: string
  routes: readonly Route[]
}

export interface Called {
  recipients: Recipient[]
  /** Names nobody stands behind. */
  nobody: string[]
}

/** Recipient names that no contact can have, because names have no spaces. */
const fallbackRecipient = 'the fallback'
export const logRecipient = 'the log'
/** Always there, whatever is configured. */
export const logChannel = 'log'

export type Directory = Pick<Configuration, 'channels' | 'contacts' | 'fallback'>

/**
 * Whom every page goes to while nobody can be called by a channel and there is no fallback: each channel that needs no address,
 * as somebody expects who configured nothing else, and the log where there is no other channel. Else empty.
 */
export function everyPageGoesTo({ channels, contacts, fallback }: Directory): Recipient[] {
  if (fallback !== undefined || contacts.some(({ reach }) => reach.length > 0)) return []
  const services = channels.filter(({ kind }) => kind !== 'log')
  if (services.length === 0) return [{ name: logRecipient, routes: [{ channel: logChannel }] }]
  return services
    .filter(({ kind }) => !addressedKinds.includes(kind))
    .map(({ name }) => ({ name: `channel ${name}`, routes: [{ channel: name }] }))
}

/** A name is a function first, then a contact; `systems` of a contact narrow both. Contacts without a channel cannot be called. */
export function whoIsCalled(
  names: readonly string[],
  system: string,
  contacts: readonly ContactConfiguration[],
): Called {
  const reachable = contacts.filter(
    ({ systems, reach }) => reach.length > 0 && (systems === undefined || systems.includes(system)),
  )
  const called = new Map<string, Recipient>()
  const nobody: string[] = []
  for (const name of names) {
    const behind = contactsBehind(name, reachable)
    if (behind.length === 0) nobody.push(name)
    for (const contact of behind) called.set(contact.name, { name: contact.name, routes: contact.reach })
  }
  return { recipients: [...called.values()], nobody }
}

function contactsBehind(name: string, contacts: readonly ContactConfiguration[]): ContactConfiguration[] {
  const byFunction = contacts.filter(({ functions }) => functions.includes(name))
  return byFunction.length > 0 ? byFunction : contacts.filter(contact => contact.name === name)
}

/** Where a page goes that reaches nobody else: what is configured, else the log, which wakes nobody. */
export function fallbackOf({ fallback }: Pick<Configuration, 'fallback'>): Recipient & { wakes: boolean } {
  if (fallback !== undefined) return { name: fallbackRecipient, routes: fallback.reach, wakes: true }
  return { name: logRecipient, routes: [{ channel: logChannel }], wakes: false }
}
