/** Slack's incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
import { z } from 'zod'
import { Secret } from '../../../contracts/secret.ts'
import { createNotifier } from '../../../integrations/notifiers.ts'
import { outside, retryAfter, serveHttp, silent, type StandIn, textsIn } from './stand-in.ts'

const path = '/services/T0CANARY/B0CANARY/secretcanarysecretcanary'

const plain = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.literal(false),
  })
const markdown = z.strictObject({
  type: z.literal('mrkdwn'),
  text: z.string().min(1).max(3_000),
  verbatim: z.literal(true),
})
const message = z.strictObject({
  text: z.string().min(1).max(40_000),
  mrkdwn: z.literal(false),
  parse: z.literal('none'),
  link_names: z.literal(false),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('header'), text: plain(150) }),
        z.strictObject({ type: z.literal('section'), text: z.union([plain(3_000), markdown]) }),
        z.strictObject({ type: z.literal('context'), elements: z.array(plain(3_000)).min(1) }),
      ]),
    )
    .max(50),
})

export async function slackStandIn(): Promise<StandIn> {
  const { url, ...server } = await serveHttp({
    read(request, body) {
      if (request.method !== 'POST' || request.url !== path)
        return { problem: `${request.method} ${request.url}`, status: 404 }
      const read = message.safeParse(JSON.parse(body))
      if (!read.success) return { problem: z.prettifyError(read.error), status: 400 }
      const texts = textsIn(read.data)
      // Only links of ours stand in angle brackets; every other one would be obeyed.
      const obeyed = texts.flatMap(
        text => text.match(/<(?!https:\/\/paramedic\.example\/)[^>]*>?|&(?!amp;|lt;|gt;)/g) ?? [],
      )
      if (obeyed.length > 0) return { problem: `unescaped: ${obeyed.join(' ')}`, status: 400 }
      const shown = texts.join('\n').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
      return { key: undefined, shown }
    },
    accept: response => void response.writeHead(200, { 'content-type': 'text/html' }).end('ok'),
    refuse: (response, { status, retryAfterSeconds }) =>
      void response.writeHead(status, retryAfter(retryAfterSeconds)).end(words[status] ?? 'rollup_error'),
  })
  const channel = { name: 'chat', kind: 'slack', url: new Secret(`${url}${path}`) } as const
  return {
    ...server,
    notifier: createNotifier(channel, { outside, log: silent }),
    secrets: ['secretcanary', 'T0CANARY'],
  }
}

const words: Record<number, string> = {
  400: 'invalid_payload',
  403: 'action_prohibited',
  404: 'no_service',
  410: 'channel_is_archived',
  429: 'rate_limited',
}
