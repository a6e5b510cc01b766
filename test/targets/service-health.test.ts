import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { askHealth, health } from '../../activities/targets/service/health.ts'
import { freePort } from '../../embedded/ports.ts'
import { patience, serviceTarget, startSilentServer } from '../support/targets-under-test.ts'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

it.each([
  ['up', 200],
  ['up', 204],
  ['degraded', 302],
  ['degraded', 404],
  ['degraded', 503],
])('is %s at HTTP %i', async (status, httpStatus) => {
  const url = await serve((_, response) => response.writeHead(httpStatus, { location: '/elsewhere' }).end())
  const measured = await health.measure(serviceTarget(url), { timeout: 2_000 }, patience)
  expect(measured).toEqual({ status, http_status: httpStatus, latency_ms: expect.any(Number) })
})

it('is asked once: redirects are not followed', async () => {
  const asked: (string | undefined)[] = []
  const url = await serve((request, response) => {
    asked.push(request.url)
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  await health.measure(serviceTarget(`${url}/health?deep=1`), { timeout: 2_000 }, patience)
  expect(asked).toEqual(['/health?deep=1'])
})

it('is down when nobody listens', async () => {
  const target = serviceTarget(`http://127.0.0.1:${await freePort()}`)
  expect(await health.measure(target, { timeout: 2_000 }, patience)).toEqual({ status: 'down' })
})

it('is down when no answer comes in time, or its body never ends', async () => {
  const silent = await startSilentServer()
  expect(
    await health.measure(serviceTarget(`http://127.0.0.1:${silent.port}`), { timeout: 200 }, patience),
  ).toEqual({ status: 'down' })
  silent.close()
  const url = await serve((_, response) => void response.writeHead(200).write('and'))
  expect(await health.measure(serviceTarget(url), { timeout: 200 }, patience)).toEqual({ status: 'down' })
})

it('reads no endless body to its end', async () => {
  const url = await serve((_, response) => {
    const pour = () => {
      while (response.write('x'.repeat(65_536)));
    }
    response.on('drain', pour)
    pour()
  })
  const { measured, told } = await askHealth(serviceTarget(url), 5_000, patience)
  expect(measured.status).toBe('up')
  expect(told.length).toBeLessThan(250)
})

it('ends at once with the reason when it is cancelled', async () => {
  const silent = await startSilentServer()
  const controller = new AbortController()
  const reason = new Error('cancelled')
  setTimeout(() => controller.abort(reason), 50)
  const target = serviceTarget(`http://127.0.0.1:${silent.port}`)
  await expect(health.measure(target, { timeout: 60_000 }, controller.signal)).rejects.toBe(reason)
  silent.close()
})

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric address')
  return `http://127.0.0.1:${address.port}`
}
