/** The ways to reach people, one entry each; a contact or a stakeholder names the entry. */
import { z } from 'zod'
import type { ChannelKind } from '../channel-kinds.ts'
import { httpUrl, line, name, secret, secretUrl, signingSecret } from './names.ts'

const log = z.strictObject({ name, kind: z.literal('log') })

/** Signed as Standard Webhooks says: https://www.standardwebhooks.com/ */
const webhook = z
  .strictObject({ name, kind: z.literal('webhook'), url: httpUrl, signing_secret: signingSecret })
  .transform(({ signing_secret, ...rest }) => ({ ...rest, signingSecret: signing_secret }))

/** The address of an incoming webhook is its credential. */
const slack = z.strictObject({
  name,
  kind: z.literal('slack'),
  url: secretUrl(/^https?$/, 'must be an http:// or https:// URL'),
})

/** `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…:465`. */
const smtp = z.strictObject({
  name,
  kind: z.literal('smtp'),
  url: secretUrl(/^smtps?$/, 'must be an smtp:// or smtps:// URL'),
  from: line,
})

/** Events API v2; `url` is for its region: https://developer.pagerduty.com/docs/events-api-v2/overview/ */
const pagerduty = z
  .strictObject({
    name,
    kind: z.literal('pagerduty'),
    routing_key: secret,
    url: httpUrl.default(httpUrl.parse('https://events.pagerduty.com')),
  })
  .transform(({ routing_key, ...rest }) => ({ ...rest, routingKey: routing_key }))

/** A bot: https://core.telegram.org/bots/api#sendmessage */
const telegram = z
  .strictObject({
    name,
    kind: z.literal('telegram'),
    bot_token: secret,
    url: httpUrl.default(httpUrl.parse('https://api.telegram.org')),
  })
  .transform(({ bot_token, ...rest }) => ({ ...rest, botToken: bot_token }))

export const channel = z.discriminatedUnion('kind', [log, webhook, slack, smtp, pagerduty, telegram])

export type ChannelConfiguration = z.output<typeof channel>
export type ChannelConfigurationOf<K extends ChannelKind> = Extract<ChannelConfiguration, { kind: K }>
