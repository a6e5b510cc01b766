import type { FastifyInstance } from 'fastify'
import { setTimeout as delay } from 'node:timers/promises'
import type { ShopParts } from './storefront.ts'

/** A health endpoint that hangs tells nothing; the database and the cache have this long together. */
const answerWithinMs = 1_000

/** What those who run the shop look at. */
export function addOperations(app: FastifyInstance, { database, cache, metrics }: ShopParts): void {
  app.get('/health', async (_request, reply) => {
    const [databaseTrouble, cacheTrouble] = await Promise.all([
      troubleOf('database', database.ping),
      cache === undefined ? undefined : troubleOf('cache', cache.ping),
    ])
    const reasons = [databaseTrouble, cacheTrouble].filter(reason => reason !== undefined)
    return reply.code(reasons.length === 0 ? 200 : 503).send({
      status: reasons.length === 0 ? 'up' : 'degraded',
      database: databaseTrouble === undefined ? 'up' : 'unreachable',
      cache: cache === undefined ? 'off' : cacheTrouble === undefined ? 'up' : 'unreachable',
      reasons,
    })
  })

  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}

async function troubleOf(part: string, ping: () => Promise<void>): Promise<string | undefined> {
  const stop = new AbortController()
  const tooLate = delay(answerWithinMs, `${part}: no answer within ${answerWithinMs / 1000} s`, {
    signal: stop.signal,
  })
  try {
    return await Promise.race([ping().then(() => undefined), tooLate])
  } catch (error) {
    return `${part}: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    stop.abort()
    await tooLate.catch(() => undefined)
  }
}
