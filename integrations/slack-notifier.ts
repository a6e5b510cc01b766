import type { ChannelConfigurationOf } from '../contracts/configuration/channels.ts'
import type { Notifier } from '../contracts/notice.ts'
import { clipped } from '../contracts/inert-text.ts'
import { type Outside, type Words, wordsOf } from './notice-words.ts'
import { isTaken, postNotice, refusalOf, wordIn } from './post-notice.ts'

/** Of one text object: https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
const textLength = 3_000
/** Of a header block. */
const headerLength = 150
/** A message has at most 50 blocks. */
const commandsShown = 40

/**
 * An incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. It answers with a status and
 * one word, and knows no key to drop doubles by.
 */
export function createSlackNotifier(
  { name, url }: ChannelConfigurationOf<'slack'>,
  outside: Outside,
): Notifier {
  return {
    name,
    kind: 'slack',
    async send(notice, _to, signal) {
      const body = JSON.stringify(slackMessage(wordsOf(notice, outside)))
      const answer = await postNotice({ channel: name, url, body, readsAnswer: true, signal })
      if (isTaken(answer)) return {}
      const said = wordIn(answer.body)
      throw refusalOf(name, answer, said === undefined ? {} : { said })
    },
  }
}

/**
 * Text from outside stands in `plain_text` objects and in a `text` that is not parsed: no Markdown, no link names, no mention.
 * Only our own words are mrkdwn.
 */
function slackMessage(words: Words): object {
  const facts = words.facts.map(({ name, value }) => `${name}: ${value}`)
  const commands = words.commands
    .slice(0, commandsShown)
    .map(({ purpose, command }) => markdown(`${escaped(purpose)}:\n\`\`\`${escaped(command)}\`\`\``))
  return {
    text: escaped(clipped([words.subject, ...words.sentences].join('\n'), textLength / 2)),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(words.subject, headerLength) },
      { type: 'section', text: plain(words.sentences.join('\n'), textLength) },
      ...(facts.length === 0 ? [] : [{ type: 'section', text: plain(facts.join('\n'), textLength) }]),
      ...commands,
      ...(words.link === undefined ? [] : [markdown(`<${words.link}|Commands of this incident>`)]),
      { type: 'context', elements: [plain(words.footer, textLength)] },
    ],
  }
}

function plain(text: string, length: number): object {
  return { type: 'plain_text', text: fitting(text, length), emoji: false }
}

function markdown(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

/** Escaping makes a text longer; what is left is a whole text. */
function fitting(text: string, length: number): string {
  for (let room = length; ; room -= 10) {
    const written = escaped(clipped(text, room))
    if (written.length <= length) return written
  }
}

/** The three characters Slack obeys, in every text object: https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
