import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, inject, test } from 'vitest'
import { type ApiUnderTest, authorization, startApi } from '../support/api-under-test.ts'

let api: ApiUnderTest
afterEach(() => api.close())

const alerts = JSON.stringify({
  alerts: [{ status: 'firing', labels: { alertname: 'X' }, startsAt: '2026-03-01T12:00:00Z' }],
})
const authorized = `authorization: ${authorization('alertmanager')['authorization']}`

test('a stranger is refused before the body is read, and hung up on when it is long', async () => {
  const socket = await open()
  socket.write(head(['authorization: Bearer wrong', `content-length: ${4 * 1024 * 1024}`]))
  socket.write('{"alerts":')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
})

test('a body longer than it may be is refused by its announcement', async () => {
  const socket = await open()
  socket.write(head([authorized, `content-length: ${64 * 1024 * 1024}`]))
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 /)
})

test.each([
  ['no HTTP at all', '\u0016\u0003\u0001\u0000', 'is no HTTP/1.1 request'],
  [
    'two lengths',
    head([authorized, 'content-length: 5', 'transfer-encoding: chunked']),
    'is no HTTP/1.1 request',
  ],
  ['endless headers', head([`x-long: ${'x'.repeat(20_000)}`]), 'longer than 16 KiB'],
])(
  '%s is refused with a code, a sentence and a hint, and the line is cut',
  async (_title, bytes, sentence) => {
    const socket = await open()
    socket.write(bytes)
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    const { error } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
    expect(error).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(sentence),
      hint: expect.any(String),
      requestId: expect.any(String),
    })
  },
)

test('while stopping, what is under way ends well and what is new is told so', async () => {
  const underWay = await open()
  underWay.write(head([authorized, `content-length: ${alerts.length}`]) + alerts.slice(0, 10))
  const other = await open()
  await delay(50)
  const closing = api.app.close()
  await delay(50)

  other.write(head([authorized, `content-length: ${alerts.length}`]) + alerts)
  const refused = await text(other)
  expect(refused).toMatch(/^HTTP\/1\.1 503 /)
  expect(refused).toMatch(/retry-after: [1-5]\r\n/)
  expect(refused).toContain('"code":"shutting_down"')

  const probe = await connected(api.app.server.address() as AddressInfo)
  probe.write('GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(await text(probe)).toMatch(/^HTTP\/1\.1 503 [^]*"isReady":false/)

  underWay.write(alerts.slice(10))
  expect(await text(underWay)).toMatch(/^HTTP\/1\.1 202 [^]*"accepted":1/)
  await closing
  const { rows } = await api.database.pool.query('select count(*)::int as count from delivery')
  expect(rows).toEqual([{ count: 1 }])
})

test('after stopping nobody is listening', async () => {
  await open()
  const address = api.app.server.address() as AddressInfo
  await api.app.close()
  await expect(connected(address)).rejects.toThrow('ECONNREFUSED')
})

async function open(): Promise<Socket> {
  if (api === undefined || !api.app.server.listening) {
    api = await startApi(inject('postgresUrl'))
    await api.app.listen({ host: '127.0.0.1', port: 0 })
  }
  return connected(api.app.server.address() as AddressInfo)
}

async function connected({ port }: AddressInfo): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

function head(headers: string[]): string {
  return [
    'POST /v1/webhooks/alertmanager HTTP/1.1',
    'host: x',
    'content-type: application/json',
    ...headers,
    '',
    '',
  ].join('\r\n')
}
