import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import type { ErrorCode } from '../../contracts/error-codes.ts'
import { limits } from '../../contracts/limits.ts'
import { openDatabase } from '../../store/database.ts'
import { tokenOf } from '../support/api-under-test.ts'
import { createComparison, type Exchange, exchangesOf } from '../support/documented-exchanges.ts'
import { stageNight } from '../support/documented-night.ts'
import { type DocumentedService, startDocumentedService } from '../support/documented-service.ts'

const serverUrl = inject('postgresUrl')

// The tests are named after the errors of the document that is served, so the service comes before them.
const service = await startDocumentedService(serverUrl)
const document = await service.document()
const expectAsDocumented = createComparison(document)

let withoutDatabase: DocumentedService
let withBrokenDatabase: DocumentedService
let crowded: DocumentedService
/** Held, or the garbage collector takes one, and fetch hangs up for it. */
let crowd: Response[]
const unreachable = openDatabase('postgresql://postgres@127.0.0.1:1/none')
beforeAll(async () => {
  withoutDatabase = await startDocumentedService(serverUrl, { pool: unreachable })
  withBrokenDatabase = await startDocumentedService(serverUrl)
  await withBrokenDatabase.database.pool.query('drop schema paramedic cascade')
  crowded = await startDocumentedService(serverUrl)
  await stageNight(crowded.database.pool)
  const live = exchangesOf(document).find(({ title }) => title === 'followEverything/begin')!
  crowd = await Promise.all(Array.from({ length: limits.liveStreams }, () => crowded.send(live)))
})
afterAll(async () => {
  for (const follower of crowd) await follower.body?.cancel()
  for (const one of [service, withoutDatabase, withBrokenDatabase, crowded]) await one.close()
  await unreachable.end()
})

/** How each error comes about whose example shows no request: it takes more than the right words, or fewer. */
const provocations: Partial<Record<ErrorCode, (exchange: Exchange) => Promise<Response>>> = {
  unauthenticated: exchange => service.send(exchange, { as: 'stranger' }),
  forbidden: exchange =>
    service.send(exchange, { as: exchange.url.startsWith('/v1/webhooks/') ? 'viewer' : 'ingest' }),
  bad_json: exchange => service.send(exchange, { body: '{' }),
  bad_payload: exchange => service.send(exchange, { body: '{"nothing":true}' }),
  too_deep: exchange => service.send(exchange, { body: '['.repeat(40) }),
  unsupported_encoding: exchange => service.send(exchange, { headers: { 'content-encoding': 'gzip' } }),
  too_large: exchange => service.announce(exchange, 64 * 1024 * 1024),
  unsupported_media_type: exchange => service.send(exchange, { headers: { 'content-type': 'text/plain' } }),
  too_many_streams: exchange => crowded.send(exchange),
  temporal_unavailable: exchange => service.send(exchange),
  too_many_questions: async exchange => {
    const begun = Promise.withResolvers<void>()
    const silent = Promise.withResolvers<never>()
    const foresee = () => (begun.resolve(), silent.promise)
    const busy = await startDocumentedService(serverUrl, { foresights: { foresee } })
    const first = busy.send(exchange)
    await begun.promise
    const answer = await busy.send(exchange)
    silent.reject(new Error('nobody waits any more'))
    await first
    await busy.close()
    return answer
  },
  database_unavailable: exchange => withoutDatabase.send(exchange),
  internal: exchange => withBrokenDatabase.send(exchange),
}

const refusals = exchangesOf(document).filter(({ hasRequest }) => !hasRequest)
const whileStopping = refusals.filter(({ title }) => title.endsWith('/shutting_down'))

test.each(refusals.filter(one => !whileStopping.includes(one)).map(one => [one.title, one] as const))(
  '%s',
  async (title, exchange) => {
    const code = title.split('/').at(-1) as ErrorCode
    const provoke = provocations[code]
    if (provoke === undefined)
      throw new Error(`Give ${title} a request in its declaration, or say here how it comes about.`)
    await expectAsDocumented(exchange, await provoke(exchange))
  },
)

test('while stopping, whatever changes something is told so', async () => {
  const stopping = await startDocumentedService(serverUrl)
  // Somebody whose body is still on its way keeps the service from closing.
  const { port } = new URL(stopping.url)
  const underWay = connect(Number(port), '127.0.0.1')
  await once(underWay, 'connect')
  underWay.write(
    `POST /v1/freeze HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokenOf('on-call')}\r\n` +
      'content-type: application/json\r\ncontent-length: 13\r\nexpect: 100-continue\r\n\r\n{"on"',
  )
  // "100 Continue": the request has begun.
  await once(underWay, 'data')
  const closing = stopping.app.close()
  await vi.waitFor(async () => expect((await fetch(`${stopping.url}/readyz`)).status).toBe(503))
  for (const exchange of whileStopping) await expectAsDocumented(exchange, await stopping.send(exchange))
  underWay.write(': false}')
  await closing
  await stopping.database.drop()
})
