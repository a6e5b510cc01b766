import { expect, test } from 'vitest'
import { type TelegramMessage, telegramStandIn } from '../support/channels/telegram.ts'
import { aPage } from '../support/notices.ts'

test('the subject is bold and the commands are code, counted in UTF-16 units', async () => {
  const message = await messageOf('🚑🚒 shop 👩‍🚒 *down*')
  expect(marked(message, 'bold')).toEqual([
    'SEV2 orders/production: 🚑🚒 shop 👩‍🚒 *down* [INC-2026-03-14-003]',
  ])
  expect(marked(message, 'pre')).toEqual([
    'npx paramedic incident ack INC-2026-03-14-003',
    'npx paramedic incident show INC-2026-03-14-003',
  ])
})

test('a title as long as it likes leaves room for the command', async () => {
  const message = await messageOf('🚑'.repeat(50_000))
  expect(message.text.isWellFormed()).toBe(true)
  expect(marked(message, 'pre')).toContain('npx paramedic incident ack INC-2026-03-14-003')
})

async function messageOf(title: string): Promise<TelegramMessage> {
  const standIn = await telegramStandIn()
  await standIn.notifier.send(aPage({ title }), standIn.to, AbortSignal.timeout(5_000))
  expect(standIn.unexpected).toEqual([])
  return standIn.messages[0]!
}

function marked({ text, entities }: TelegramMessage, type: string): string[] {
  return entities.flatMap(entity =>
    entity.type === type ? [text.slice(entity.offset, entity.offset + entity.length)] : [],
  )
}
