/** Every kind of channel with what sends through it: one line each. */
import type { ChannelKind } from '../contracts/channel-kinds.ts'
import type { Configuration } from '../contracts/configuration.ts'
import type { ChannelConfigurationOf } from '../contracts/configuration/channels.ts'
import { logChannel } from '../contracts/directory.ts'
import type { Notifier } from '../contracts/notice.ts'
import { createLogNotifier } from './log-notifier.ts'
import type { Outside } from './notice-words.ts'
import { createPagerDutyNotifier } from './pagerduty-notifier.ts'
import { createSlackNotifier } from './slack-notifier.ts'
import { createSmtpNotifier } from './smtp-notifier.ts'
import { createTelegramNotifier } from './telegram-notifier.ts'
import { createWebhookNotifier } from './webhook-notifier.ts'

interface Surroundings {
  outside: Outside
  log: { warn(fields: object, message: string): void }
}

const kinds: {
  [K in ChannelKind]: (channel: ChannelConfigurationOf<K>, surroundings: Surroundings) => Notifier
} = {
  log: (channel, { outside, log }) => createLogNotifier(channel, outside, log),
  webhook: channel => createWebhookNotifier(channel),
  slack: (channel, { outside }) => createSlackNotifier(channel, outside),
  smtp: (channel, { outside }) => createSmtpNotifier(channel, outside),
  pagerduty: (channel, { outside }) => createPagerDutyNotifier(channel, outside),
  telegram: (channel, { outside }) => createTelegramNotifier(channel, outside),
}

export function createNotifier<K extends ChannelKind>(
  channel: ChannelConfigurationOf<K>,
  surroundings: Surroundings,
): Notifier {
  // kind and factory are tied by K; a lookup by a union of kinds cannot be typed.
  const create = kinds[channel.kind] as (channel: ChannelConfigurationOf<K>, around: Surroundings) => Notifier
  return create(channel, surroundings)
}

/** One notifier for each channel of the configuration, and the log, which is always there. */
export function notifiersOf(
  { channels, service }: Pick<Configuration, 'channels' | 'service'>,
  log: Surroundings['log'],
): Notifier[] {
  const builtIn = { name: logChannel, kind: 'log' } as const
  const hasOwn = channels.some(({ name }) => name === logChannel)
  return (hasOwn ? channels : [...channels, builtIn]).map(channel =>
    createNotifier(channel, { outside: service, log }),
  )
}
