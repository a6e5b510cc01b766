/**
 * Goal: a page by webhook is proved to be ours, goes nowhere but where it was sent, says whether another try is worth it, and
 * never hangs. Method: the notifier against a receiver on loopback that verifies signatures and misbehaves as told.
 */
import { expect, test } from 'vitest'
import { isCodedError } from '../../contracts/coded-error.ts'
import { Secret } from '../../contracts/secret.ts'
import type { Page } from '../../contracts/page.ts'
import { createWebhookNotifier } from '../../integrations/webhook-notifier.ts'
import { type PageReceiver, startPageReceiver } from '../support/page-receiver.ts'

const page: Page = {
  id: 'INC-2026-01-02-003/page/0/1',
  incident: 'INC-2026-01-02-003',
  level: 1,
  functions: ['on-call'],
  title: 'Größer als gedacht: "sessions" \u2028 full',
  severity: 'SEV2',
  system: 'shop',
  environment: 'production',
  because: 'it is not acknowledged after 15 minutes',
  openedAt: '2026-01-02T03:04:05.000Z',
  acknowledgeCommand: 'npx paramedic incident ack INC-2026-01-02-003',
}

test('the signature verifies, and every repetition carries the same webhook-id', async () => {
  const receiver = await startPageReceiver()
  await send(receiver)
  await send(receiver)
  expect(receiver.refused).toEqual([])
  expect(receiver.received).toMatchObject([
    { id: page.id, page },
    { id: page.id, page },
  ])
})

test('a receiver with another secret refuses it, and that is final', async () => {
  const receiver = await startPageReceiver()
  const other = `whsec_${Buffer.from('another secret altogether').toString('base64')}`
  expect(await failure(receiver, { secret: other })).toMatchObject({ code: 'target_rejected' })
  expect(receiver.received).toEqual([])
})

test.each([
  [500, 'unavailable'],
  [503, 'unavailable'],
  [429, 'unavailable'],
  [400, 'rejected'],
  [404, 'rejected'],
  [410, 'rejected'],
])('an answer of %i is %s', async (status, family) => {
  const receiver = await startPageReceiver()
  receiver.answerNext(status)
  const error = await failure(receiver)
  expect(error).toMatchObject({ family })
  expect(error.message).toContain(String(status))
  expect(receiver.received).toHaveLength(1)
})

test.each([301, 302, 307, 308])('a redirect by %i is not followed', async status => {
  const receiver = await startPageReceiver()
  const elsewhere = await startPageReceiver()
  receiver.answerNext(response => response.writeHead(status, { location: elsewhere.url }).end())
  expect(await failure(receiver)).toMatchObject({ code: 'target_rejected' })
  expect(elsewhere.received).toEqual([])
  expect(elsewhere.refused).toEqual([])
})

test.each([
  ['never answers', 'unavailable', () => {}],
  ['hangs up', 'unavailable', response => response.destroy()],
] satisfies [string, string, Parameters<PageReceiver['answerNext']>[0]][])(
  'a receiver that %s has failed by the timeout and is worth another try',
  async (_title, family, answer) => {
    const receiver = await startPageReceiver()
    receiver.answerNext(answer)
    expect(await failure(receiver, { withinMs: 300 })).toMatchObject({ family })
  },
)

test('a receiver that is not there is worth another try', async () => {
  const receiver = await startPageReceiver()
  const error = await failure({ ...receiver, url: 'http://127.0.0.1:9/' })
  expect(error).toMatchObject({ code: 'target_unavailable' })
})

test('a 200 whose body never ends is a page that arrived', async () => {
  const receiver = await startPageReceiver()
  receiver.answerNext(response => void response.writeHead(200).write('and so on'))
  await send(receiver, { withinMs: 300 })
  expect(receiver.received).toHaveLength(1)
})

test('no error names the secret or the address, which may carry one', async () => {
  const receiver = await startPageReceiver()
  const url = `${receiver.url}?key=canary-in-the-address`
  receiver.answerNext(
    500,
    400,
    response => response.destroy(),
    () => {},
  )
  for (let time = 0; time < 4; time += 1)
    expectNoSecret(await failure({ ...receiver, url }, { withinMs: 300 }))
  expectNoSecret(await failure({ ...receiver, url: 'http://127.0.0.1:9/?key=canary-in-the-address' }))

  function expectNoSecret(error: Error): void {
    const told = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n')
    expect(told).not.toContain('canary')
    expect(told).not.toContain(receiver.secret.slice('whsec_'.length))
  }
})

interface Sending {
  secret?: string
  withinMs?: number
}

async function send(
  receiver: PageReceiver,
  { secret = receiver.secret, withinMs = 5_000 }: Sending = {},
): Promise<void> {
  const notifier = createWebhookNotifier({ url: receiver.url, signingSecret: new Secret(secret) })
  await notifier.send(page, AbortSignal.timeout(withinMs))
}

/** The coded error that sending ends with. */
async function failure(receiver: PageReceiver, sending: Sending = {}) {
  const error = await send(receiver, sending).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isCodedError(error)) throw new Error(`no coded error: ${String(error)}`)
  return error
}
