import { Webhook } from 'standardwebhooks'
import type { ChannelConfigurationOf } from '../contracts/configuration/channels.ts'
import type { Notice, Notifier } from '../contracts/notice.ts'
import type { Page } from '../contracts/page.ts'
import { clipped } from '../contracts/inert-text.ts'
import { isTaken, postNotice, refusalOf } from './post-notice.ts'

/** A receiver should never have to guard against our size; a title of an incident is far shorter. */
const textLength = 4_000

/**
 * A signed POST in the form of Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature). The id is the
 * notice's key, the same for each repetition, so that a receiver drops doubles. Redirects are not followed.
 */
export function createWebhookNotifier({
  name,
  url,
  signingSecret,
}: ChannelConfigurationOf<'webhook'>): Notifier {
  const webhook = new Webhook(signingSecret.reveal())
  return {
    name,
    kind: 'webhook',
    async send(notice, _to, signal) {
      const at = new Date()
      const body = JSON.stringify(eventOf(notice))
      const answer = await postNotice({
        channel: name,
        url,
        headers: {
          'webhook-id': notice.key,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': webhook.sign(notice.key, at, body),
        },
        body,
        readsAnswer: false,
        signal,
      })
      if (!isTaken(answer)) throw refusalOf(name, answer)
      return {}
    },
  }
}

interface WebhookEvent {
  type: string
  /** When it happened; the same in every repetition. */
  timestamp?: string
  data: object
}

function eventOf(notice: Notice): WebhookEvent {
  switch (notice.kind) {
    case 'page':
      return pageEvent(notice.page)
    case 'news':
      return {
        type: `incident.${notice.news.event}`,
        timestamp: notice.news.at,
        data: withShortTexts(notice.news),
      }
    case 'test':
      return { type: 'test', timestamp: notice.at, data: { contact: notice.contact, by: notice.by } }
    case 'roll-up':
      return { type: 'roll-up', data: { notices: notice.of.map(one => ({ id: one.key, ...eventOf(one) })) } }
    case 'supervision': {
      const { isOver, title, lines, todo } = notice
      return {
        type: 'supervision',
        timestamp: notice.at,
        data: withShortTexts({ isOver, title, lines, todo }),
      }
    }
    default:
      return notice satisfies never
  }
}

function pageEvent({ postmortem, ...page }: Page): WebhookEvent {
  if (postmortem === undefined) return { type: 'page', timestamp: page.openedAt, data: withShortTexts(page) }
  const { deadline, owner, dueAt } = postmortem
  return {
    type: `postmortem.${deadline}`,
    timestamp: dueAt,
    data: withShortTexts({ ...page, owner, dueAt }),
  }
}

function withShortTexts<T extends object>(data: T): object {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Array.isArray(value) ? value.map(short) : short(value)]),
  )
}

function short(value: unknown): unknown {
  return typeof value === 'string' ? clipped(value, textLength) : value
}
