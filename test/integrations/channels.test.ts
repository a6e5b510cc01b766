/**
 * Goal: every channel says the same, says truly whether another try is worth it, never hangs, repeats under the same key,
 * tells no secret, and obeys nothing that stands in a title. Method: each notifier against its own stand-in on loopback that
 * speaks the service's wire protocol and takes nothing else.
 */
import { describe, expect, test } from 'vitest'
import { isCodedError } from '../../contracts/coded-error.ts'
import type { Notice } from '../../contracts/notice.ts'
import { answers, channels } from '../support/channels/every.ts'
import type { Behaviour, StandIn } from '../support/channels/stand-in.ts'
import { anAlarmAboutItself, aNews, aPage, aPostmortemCall, somePage } from '../support/notices.ts'

const hangingMs = 400

describe.each(Object.keys(channels))('%s', kind => {
  const start = channels[kind]!
  const { final, passing } = answers[kind]!

  test('a page says what is the matter, where, why now, and how to take it', async () => {
    const standIn = await start()
    await send(standIn, aPage())
    expect(standIn.unexpected).toEqual([])
    const [{ shown }] = standIn.taken as [StandIn['taken'][number]]
    for (const word of [
      'SEV2',
      'orders',
      'production',
      'Orders is running out of database connections',
      'not acknowledged after 15 minutes',
      'npx paramedic incident ack INC-2026-03-14-003',
    ])
      expect(shown).toContain(word)
  })

  test.each(['reminder', 'escalation'] as const)(
    'the %s of a post-mortem asks for writing',
    async deadline => {
      const standIn = await start()
      await send(standIn, aPostmortemCall(deadline))
      expect(standIn.unexpected).toEqual([])
      const [{ shown }] = standIn.taken as [StandIn['taken'][number]]
      for (const word of [
        'Orders is running out of database connections',
        'orders',
        'production',
        '2026-03-16',
      ])
        expect(shown).toContain(word)
      expect(shown).toContain('npx paramedic postmortem edit INC-2026-03-14-003')
      expect(shown).not.toMatch(/incident ack|I am on it|levels/)
    },
  )

  test('news, a test, a roll-up and what is wrong with Paramedic itself arrive too', async () => {
    const standIn = await start()
    const others = ['INC-2026-03-14-004', 'INC-2026-03-14-005'].map(incident =>
      aPage({ incident, id: `${incident}/page/0/0` }),
    )
    await send(standIn, aNews({ event: 'opened' }))
    await send(standIn, { kind: 'test', key: 'test/mia/1', contact: 'mia', by: 'ana', at: somePage.openedAt })
    await send(standIn, { kind: 'roll-up', key: 'roll-up/1', of: others })
    expect(standIn.unexpected).toEqual([])
    await send(standIn, anAlarmAboutItself())
    expect(standIn.unexpected).toEqual([])
    expect(standIn.taken).toHaveLength(4)
    for (const word of ['Paramedic itself needs help: no worker polls', 'start one', 'start a worker'])
      expect(standIn.taken[3]!.shown).toContain(word)
    for (const { incident } of others.map(({ page }) => page))
      expect(standIn.taken[2]!.shown).toContain(incident)
  })

  test.each(final)('%i is final', async status => {
    const standIn = await start()
    standIn.behave({ status })
    const error = await failure(standIn, aPage())
    expect(error).toMatchObject({ family: 'rejected', fields: { status } })
    expect(error.message).toContain(String(status))
  })

  test.each(passing)('%i is worth another try', async status => {
    const standIn = await start()
    standIn.behave({ status })
    expect(await failure(standIn, aPage())).toMatchObject({ family: 'unavailable', fields: { status } })
  })

  test.runIf(passing.includes(429))('it says how long to wait', async () => {
    const standIn = await start()
    standIn.behave({ status: 429, retryAfterSeconds: 7 })
    expect(await failure(standIn, aPage())).toMatchObject({ fields: { retryAfterMs: 7_000 } })
  })

  test.each(['hangs', 'hangs-up'] as const)('a service that %s is worth another try', async behaviour => {
    const standIn = await start()
    standIn.behave(behaviour)
    expect(await failure(standIn, aPage())).toMatchObject({ code: 'target_unavailable' })
    expect(standIn.taken).toEqual([])
  })

  test('a service that is not there is worth another try', async () => {
    const standIn = await start()
    await standIn.leave()
    const error = await failure(standIn, aPage())
    expect(error.message).toMatch(/ECONNREFUSED|ESOCKET/)
  })

  test('a service whose answer was lost gets the same key again', async () => {
    const standIn = await start()
    standIn.behave('loses-the-answer')
    expect(await failure(standIn, aPage())).toMatchObject({ code: 'target_unavailable' })
    await send(standIn, aPage())
    const [first, second] = standIn.taken
    expect(second).toEqual(first)
  })

  test('no failure tells a secret', async () => {
    const standIn = await start()
    const behaviours: Behaviour[] = [{ status: final[0]! }, { status: passing[0]! }, 'hangs-up', 'hangs']
    standIn.behave(...behaviours)
    for (const _ of behaviours) expectNoSecret(standIn, await failure(standIn, aPage()))
  })

  test.each(Object.entries(hostileTitles))('a title with %s is text', async (_, title) => {
    const standIn = await start()
    const hostile = aPage({ title, severityLabel: title, because: title, functions: ['on-call', title] })
    await send(standIn, hostile)
    await send(standIn, aNews({ title, because: title, by: title }))
    await send(standIn, anAlarmAboutItself({ title, lines: [title], todo: title }))
    expect(standIn.unexpected).toEqual([])
    expect(standIn.taken).toHaveLength(3)
    for (const { shown } of standIn.taken) {
      expect(shown.length).toBeLessThan(60_000)
      if (kind !== 'webhook') expect(shown).not.toMatch(unseen)
    }
  })
})

/** Controls but the newlines of ours, bidirectional controls, invisible characters. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/

const hostileTitles = {
  'a Slack mention': '<!channel> <@U123> <#C123> <https://evil.example|click>',
  'a mention of everyone': '@everyone @here @channel',
  HTML: '</title><script>alert(1)</script><img src=x onerror=alert(1)>',
  Markdown: '*bold* _it_ `code` [click](https://evil.example) ~~gone~~ ||hidden||',
  'a header of a mail': 'x\r\nBcc: everybody@orders.example\r\n\r\nforged',
  'an override of direction': 'safe \u202egnihtemos\u202c \u2066x\u2069 \u200b\ufeff',
  'a hundred kilobytes': `${'&<>'.repeat(20_000)}${'🚑'.repeat(20_000)}`,
  'NUL and halves of pairs': 'a\0b \ud83d c \udc00 \u001b[31mred\u0007',
}

async function send({ notifier, to }: StandIn, notice: Notice, withinMs = 5_000): Promise<void> {
  await notifier.send(notice, to, AbortSignal.timeout(withinMs))
}

/** The coded error that sending ends with; in time, whatever the service does. */
async function failure(standIn: StandIn, notice: Notice) {
  const error = await send(standIn, notice, hangingMs).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isCodedError(error)) throw new Error(`no coded error: ${String(error)}`)
  expectNoSecret(standIn, error)
  return error
}

function expectNoSecret({ secrets, to }: StandIn, error: Error): void {
  const told = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n')
  for (const secret of [...secrets, ...(to === undefined ? [] : [to])]) expect(told).not.toContain(secret)
}
