import type { ChannelConfigurationOf } from '../contracts/configuration/channels.ts'
import type { Notifier } from '../contracts/notice.ts'
import { clipped } from '../contracts/inert-text.ts'
import { type Outside, type Words, wordsOf } from './notice-words.ts'
import { isTaken, jsonIn, postNotice, refusalOf, wordIn } from './post-notice.ts'

/** https://core.telegram.org/bots/api#sendmessage: 1 to 4096 characters, 100 entities. */
const textLength = 4_096
const entitiesAtMost = 100

/**
 * A bot's `sendMessage`. What is bold or code is said by entities beside the text, never by marks inside it, so that no text can
 * become one. Telegram knows no key to drop doubles by.
 */
export function createTelegramNotifier(
  { name, url, botToken }: ChannelConfigurationOf<'telegram'>,
  outside: Outside,
): Notifier {
  return {
    name,
    kind: 'telegram',
    async send(notice, to, signal) {
      const message = telegramMessage(wordsOf(notice, outside))
      const answer = await postNotice({
        channel: name,
        url,
        path: `/bot${botToken.reveal()}/sendMessage`,
        body: JSON.stringify({ chat_id: to, ...message, link_preview_options: { is_disabled: true } }),
        readsAnswer: true,
        signal,
      })
      const said = jsonIn(answer.body)
      if (!isTaken(answer) || said['ok'] !== true) throw refused(name, answer, said)
      const messageId = record(said['result'])['message_id']
      return typeof messageId === 'number' ? { answerId: String(messageId) } : {}
    },
  }
}

/** Telegram says how long to wait in the body: `parameters.retry_after`, in seconds. */
function refused(
  name: string,
  answer: Parameters<typeof refusalOf>[1],
  said: Record<string, unknown>,
): ReturnType<typeof refusalOf> {
  const code = said['error_code']
  const status = typeof code === 'number' ? code : answer.status
  const seconds = record(said['parameters'])['retry_after']
  const word = wordIn(said['description'])
  // A 2xx that does not say `ok` is no Telegram.
  return refusalOf(
    name,
    { ...answer, status: status >= 200 && status < 300 ? 502 : status },
    {
      ...(word === undefined ? {} : { said: word }),
      ...(typeof seconds === 'number' ? { retryAfterMs: seconds * 1_000 } : {}),
    },
  )
}

function record(value: unknown): Record<string, unknown> {
  // An object's keys are strings; what they hold is looked at where it is used.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

interface Entity {
  type: 'bold' | 'pre'
  /** In UTF-16 units, as JavaScript counts. */
  offset: number
  length: number
}

function telegramMessage(words: Words): { text: string; entities: Entity[] } {
  let text = ''
  const entities: Entity[] = []
  const add = (piece: string, type?: Entity['type']): void => {
    if (type !== undefined && entities.length < entitiesAtMost)
      entities.push({ type, offset: text.length, length: piece.length })
    text += piece
  }
  add(words.subject, 'bold')
  add(`\n\n${clipped(words.sentences.join('\n'), textLength / 2)}\n\n`)
  for (const { name, value } of words.facts) add(`${name}: ${value}\n`)
  for (const { purpose, command } of words.commands) {
    // A command that is cut is worse than one that is left out.
    if (text.length + purpose.length + command.length > textLength - 600) break
    add(`\n${purpose}:\n`)
    add(command, 'pre')
  }
  if (words.link !== undefined) add(`\n\n${words.link}`)
  add(`\n\n${words.footer}`)
  const cut = clipped(text, textLength)
  return { text: cut, entities: entities.filter(({ offset, length }) => offset + length <= cut.length) }
}
