/** Telegram's Bot API: https://core.telegram.org/bots/api#sendmessage */
import { z } from 'zod'
import { Secret } from '../../../contracts/secret.ts'
import { createNotifier } from '../../../integrations/notifiers.ts'
import { configuredUrl } from '../configured-url.ts'
import { json, outside, serveHttp, silent, type StandIn } from './stand-in.ts'

const token = '123456789:CANARY-of-the-bot-0123456789'
const chat = '-1001234567890'

const message = z.strictObject({
  chat_id: z.literal(chat),
  text: z.string().min(1).max(4_096),
  entities: z
    .array(
      z.strictObject({
        type: z.enum(['bold', 'pre', 'code']),
        offset: z.int().min(0),
        length: z.int().min(1),
      }),
    )
    .max(100),
  link_preview_options: z.strictObject({ is_disabled: z.literal(true) }),
})

export type TelegramMessage = z.output<typeof message>

export async function telegramStandIn(): Promise<StandIn & { messages: TelegramMessage[] }> {
  const messages: TelegramMessage[] = []
  const { url, ...server } = await serveHttp({
    read(request, body) {
      if (request.method !== 'POST' || request.url !== `/bot${token}/sendMessage`)
        return { problem: 'not the method of this bot', status: 404 }
      const read = message.safeParse(JSON.parse(body))
      if (!read.success) return { problem: z.prettifyError(read.error), status: 400 }
      const { text, entities } = read.data
      const outOfText = entities.filter(({ offset, length }) => offset + length > text.length)
      if (outOfText.length > 0) return { problem: 'an entity ends behind the text', status: 400 }
      messages.push(read.data)
      return { key: undefined, shown: text }
    },
    accept: response => json(response, 200, { ok: true, result: { message_id: 4711, date: 1_773_457_329 } }),
    // How long to wait stands in the body and in no header.
    refuse: (response, { status, retryAfterSeconds }) =>
      json(response, status, {
        ok: false,
        error_code: status,
        description:
          status === 429 ? `Too Many Requests: retry after ${retryAfterSeconds}` : `Bad Request: refused`,
        ...(retryAfterSeconds === undefined ? {} : { parameters: { retry_after: retryAfterSeconds } }),
      }),
  })
  const channel = {
    name: 'chat',
    kind: 'telegram',
    botToken: new Secret(token),
    url: configuredUrl(url),
  } as const
  return {
    ...server,
    messages,
    notifier: createNotifier(channel, { outside, log: silent }),
    to: chat,
    secrets: [token, 'CANARY-of-the-bot'],
  }
}
