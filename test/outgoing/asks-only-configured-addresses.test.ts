/**
 * Goal: a request goes to exactly the host and port that the configuration names, whatever path it was built with, and ends
 * in time. Method: the client against servers on loopback, one of them the place nobody may be led to.
 */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { isCodedError } from '../../contracts/coded-error.ts'
import { Secret } from '../../contracts/secret.ts'
import { httpRequest, type HttpQuestion } from '../../outgoing/http-request.ts'
import { configuredUrl } from '../support/configured-url.ts'

const asked = (rest: Partial<HttpQuestion> & Pick<HttpQuestion, 'url'>): HttpQuestion => ({
  timeoutMs: 2_000,
  maxBytes: 1_024,
  signal: AbortSignal.timeout(5_000),
  ...rest,
})

test('a path is put behind the configured one, with its query', async () => {
  const server = await serve((request, response) => response.end(request.url))
  const answer = await httpRequest(asked({ url: configuredUrl(`${server.url}/base/`), path: '/v2/x?y=1' }))
  expect(answer).toMatchObject({ status: 200, body: '/base/v2/x?y=1' })
})

test.each(['//elsewhere/x', '/\\elsewhere/x', '@elsewhere/x', '/..//elsewhere', '?/x#y', '/%2F%2Felsewhere'])(
  'the path %j leads to no other host',
  async path => {
    const elsewhere = await serve((_, response) => response.end('elsewhere'))
    const server = await serve((_, response) => response.end('here'))
    const led = path.replace('elsewhere', new URL(elsewhere.url).host)
    const answer = await httpRequest(asked({ url: configuredUrl(server.url), path: led })).catch(
      (error: unknown) => error,
    )
    expect(isCodedError(answer) ? answer.code : answer).toSatisfy(
      (end: unknown) => end === 'internal' || (end as { body?: string }).body === 'here',
    )
    expect(elsewhere.asked()).toBe(0)
  },
)

test('a redirect is an answer and is not followed', async () => {
  const elsewhere = await serve((_, response) => response.end())
  const server = await serve((_, response) => response.writeHead(302, { location: elsewhere.url }).end())
  const answer = await httpRequest(asked({ url: configuredUrl(server.url) }))
  expect(answer).toMatchObject({ status: 302, headers: { location: elsewhere.url } })
  expect(elsewhere.asked()).toBe(0)
})

test('credentials of a secret address are sent, and are in no error', async () => {
  let authorization: string | undefined
  const server = await serve((request, response) => {
    authorization = request.headers.authorization
    response.destroy()
  })
  const url = new Secret(server.url.replace('http://', 'http://medic:canary%2Fp%40ss@'))
  const error = await httpRequest(asked({ url, path: '/x' })).catch((reason: unknown) => reason)
  expect(authorization).toBe(`Basic ${Buffer.from('medic:canary/p@ss').toString('base64')}`)
  expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain('canary')
})

test('no more is read than asked for', async () => {
  const server = await serve((_, response) => response.end('x'.repeat(100_000)))
  const answer = await httpRequest(asked({ url: configuredUrl(server.url), maxBytes: 10 }))
  expect(answer).toMatchObject({ body: 'x'.repeat(10), isTruncated: true })
})

test('a server that never ends its answer has failed by the timeout', async () => {
  const server = await serve((_, response) => void response.writeHead(200).write('and so on'))
  await expect(httpRequest(asked({ url: configuredUrl(server.url), timeoutMs: 200 }))).rejects.toMatchObject({
    name: 'TimeoutError',
  })
})

async function serve(answer: RequestListener): Promise<{ url: string; asked: () => number }> {
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    answer(request, response)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has a numeric address.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked: () => count }
}
