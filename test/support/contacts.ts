/** Configurations of who is reached, around channels of a test. */
import type { ChannelConfiguration } from '../../contracts/configuration/channels.ts'
import type { ContactConfiguration, Route } from '../../contracts/configuration/people.ts'
import type { Notifier } from '../../contracts/notice.ts'
import { Secret } from '../../contracts/secret.ts'
import type { StandIn } from './channels/stand-in.ts'

/** A stand-in under the name of a channel; two of one kind would else have the same. */
export function named(name: string, standIn: StandIn): Notifier {
  return { ...standIn.notifier, name }
}

export function contact(
  name: string,
  channels: readonly (string | Route)[],
  rest: Partial<ContactConfiguration> = {},
): ContactConfiguration {
  const reach = channels.map(channel => (typeof channel === 'string' ? { channel } : channel))
  return { name, functions: [], reach, ...rest }
}

/** Of a kind without addresses; only the names matter to whoever chooses a way, what sends is a notifier. */
export function channelsOf(...names: string[]): ChannelConfiguration[] {
  return names.map(name => ({ name, kind: 'slack', url: new Secret('http://127.0.0.1:1') }))
}
