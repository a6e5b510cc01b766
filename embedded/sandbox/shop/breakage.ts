import type { FastifyInstance } from 'fastify'
import type { ShopParts } from './storefront.ts'

/** The answer of every /sandbox route that breaks or heals. */
export interface BreakageReply {
  fault: string
  /** False when there was nothing to do: breaking or healing twice is harmless. */
  isChanged: boolean
  message: string
}

export interface BreakageStatus {
  startedAt: string
  pid: number
  leakedConnections: number
  /** Missing without a cache or while it does not answer. */
  invalidCacheEntries?: number
  pool: { size: number; inUse: number; waiting: number }
}

const localHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Ways to break the shop and to mend it again, for people on this machine only. */
export function addBreakage(app: FastifyInstance, { database, cache }: ShopParts, startedAt: Date): void {
  void app.register(async sandbox => {
    // A web page open in a browser here can reach loopback too: it always sends Origin with a POST, and a rebound
    // name shows in Host.
    sandbox.addHook('onRequest', async (request, reply) => {
      const isLocal =
        localHosts.has(request.hostname) && isLoopback(request.ip) && request.headers.origin === undefined
      if (!isLocal)
        return reply.code(403).send({ error: 'only a program on this machine may break the sandbox' })
    })

    sandbox.post('/sandbox/break/idle-connections', async (): Promise<BreakageReply> => {
      const taken = await database.leakAll()
      return taken === 0
        ? reply('idle-connections', false, 'Already broken: the pool was exhausted before.')
        : reply('idle-connections', true, `Leaked ${taken} database connections; the pool is exhausted.`)
    })
    sandbox.post('/sandbox/heal/idle-connections', async (): Promise<BreakageReply> => {
      const given = database.releaseLeaked()
      return given === 0
        ? reply('idle-connections', false, 'Nothing to heal: no connection is leaked.')
        : reply('idle-connections', true, `Gave ${given} database connections back to the pool.`)
    })

    sandbox.post('/sandbox/break/stale-cache', async (_request, response): Promise<BreakageReply> => {
      if (cache === undefined) return response.code(409).send(withoutCache)
      if ((await cache.invalidCount()) > 0)
        return reply('stale-cache', false, 'Already broken: the cache holds invalid entries.')
      return reply('stale-cache', true, `Wrote ${await cache.spoil()} entries that the shop cannot read.`)
    })
    sandbox.post('/sandbox/heal/stale-cache', async (): Promise<BreakageReply> => {
      const removed = cache === undefined ? 0 : await cache.removeInvalid()
      return removed === 0
        ? reply('stale-cache', false, 'Nothing to heal: no cache entry is invalid.')
        : reply('stale-cache', true, `Removed ${removed} invalid cache entries.`)
    })

    sandbox.post('/sandbox/break/crash', async (_request, response) => {
      response.raw.once('finish', () => process.kill(process.pid, 'SIGKILL'))
      return response.code(202).send(reply('crash', true, `The shop (pid ${process.pid}) kills itself.`))
    })

    sandbox.get('/sandbox/status', async (): Promise<BreakageStatus> => {
      const invalid = await cache?.invalidCount().catch(() => undefined)
      return {
        startedAt: startedAt.toISOString(),
        pid: process.pid,
        leakedConnections: database.leakedCount(),
        ...(invalid === undefined ? {} : { invalidCacheEntries: invalid }),
        pool: database.use(),
      }
    })
  })
}

const withoutCache = reply('stale-cache', false, 'The shop runs without a cache: there is no Redis to break.')

function reply(fault: string, isChanged: boolean, message: string): BreakageReply {
  return { fault, isChanged, message }
}

function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
}
