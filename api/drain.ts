import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../contracts/coded-error.ts'

/** Longer than a request may take (databaseWaitMs), shorter than the four seconds `npm start` grants a child. */
const drainWithinMs = 3_000
const pollMs = 20
/** For answers to reads; after it, connections that were opened and never used would hold the close for a minute. */
const hangUpAfterMs = 500

export interface Drain {
  isStopping(): boolean
}

/**
 * From `app.close()` on, new webhooks and acts are answered 503 `shutting_down`; the listener closes once those under
 * way are answered, so that a sender meets a reason and not a reset.
 */
export function createDrain(app: FastifyInstance): Drain {
  let isStopping = false
  let underWay = 0
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET') return
    if (isStopping) throw new CodedError('shutting_down', 'This process is stopping and takes nothing new.')
    underWay += 1
    // Not onResponse: a client that hung up gets no response, but its `close` always comes.
    reply.raw.once('close', () => void (underWay -= 1))
  })
  app.addHook('preClose', async () => {
    isStopping = true
    const deadline = Date.now() + drainWithinMs
    while (underWay > 0 && Date.now() < deadline) await delay(pollMs)
    setTimeout(() => app.server.closeAllConnections(), hangUpAfterMs).unref()
  })
  return { isStopping: () => isStopping }
}
