/**
 * Goal: a webhook is proved to be ours, goes nowhere but where it was sent, and counts as taken by its status alone. Method:
 * the notifier against receivers on loopback that verify signatures.
 */
import { expect, test } from 'vitest'
import { isCodedError } from '../../contracts/coded-error.ts'
import { Secret } from '../../contracts/secret.ts'
import { createWebhookNotifier } from '../../integrations/webhook-notifier.ts'
import { configuredUrl } from '../support/configured-url.ts'
import { aPage, somePage } from '../support/notices.ts'
import { type PageReceiver, startPageReceiver } from '../support/page-receiver.ts'

test('the signature verifies, and every repetition carries the same webhook-id', async () => {
  const receiver = await startPageReceiver()
  await send(receiver)
  await send(receiver)
  expect(receiver.refused).toEqual([])
  const sent = { id: somePage.id, page: somePage }
  expect(receiver.received).toMatchObject([sent, sent])
})

test('a receiver with another secret refuses it, and that is final', async () => {
  const receiver = await startPageReceiver()
  const other = `whsec_${Buffer.from('another secret altogether').toString('base64')}`
  expect(await failure(receiver, { secret: other })).toMatchObject({ code: 'target_rejected' })
  expect(receiver.received).toEqual([])
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
  ['never ends', (response: { write(text: string): void }) => response.write('and so on')],
  ['never begins', () => {}],
])('a 200 whose body %s is a page that arrived', async (_, body) => {
  const receiver = await startPageReceiver()
  receiver.answerNext(response => {
    response.writeHead(200)
    response.flushHeaders()
    body(response)
  })
  await send(receiver, { withinMs: 1_000 })
  expect(receiver.received).toHaveLength(1)
})

test('no error names the address, whose query may carry a key', async () => {
  const receiver = await startPageReceiver()
  const url = `${receiver.url}?key=canary-in-the-address`
  receiver.answerNext(500, 400, response => response.destroy())
  const errors = [
    await failure({ ...receiver, url }),
    await failure({ ...receiver, url }),
    await failure({ ...receiver, url }),
    await failure({ ...receiver, url: 'http://127.0.0.1:9/?key=canary-in-the-address' }),
  ]
  for (const error of errors)
    expect([error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n')).not.toContain(
      'canary',
    )
})

interface Sending {
  secret?: string
  withinMs?: number
}

type Address = Pick<PageReceiver, 'url' | 'secret'>

async function send(receiver: Address, { secret = receiver.secret, withinMs = 5_000 }: Sending = {}) {
  const notifier = createWebhookNotifier({
    name: 'hook',
    kind: 'webhook',
    url: configuredUrl(receiver.url),
    signingSecret: new Secret(secret),
  })
  await notifier.send(aPage(), undefined, AbortSignal.timeout(withinMs))
}

/** The coded error that sending ends with. */
async function failure(receiver: Address, sending: Sending = {}) {
  const error = await send(receiver, sending).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isCodedError(error)) throw new Error(`no coded error: ${String(error)}`)
  return error
}
