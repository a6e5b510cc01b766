import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ShopCache } from './cache.ts'
import { parseProductId, productCount, type Product } from './catalog.ts'
import type { ShopDatabase } from './database.ts'
import type { ShopMetrics } from './metrics.ts'

export interface ShopParts {
  database: ShopDatabase
  cache: ShopCache | undefined
  metrics: ShopMetrics
}

/** The pages customers use. */
export function addStorefront(app: FastifyInstance, { database, cache, metrics }: ShopParts): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url
    if (route !== undefined && customerRoutes.has(route)) metrics.countRequest(route, reply.statusCode)
  })

  app.get<{ Params: { id: string } }>('/products/:id', async (request, reply) => {
    const id = parseProductId(request.params.id)
    if (id === undefined) return reply.code(404).send({ error: `there is no product ${request.params.id}` })
    const read = cache === undefined ? { found: 'no-answer' as const } : await cache.read(id)
    if (read.found !== 'no-answer') metrics.countCacheRead(read.found === 'invalid')
    switch (read.found) {
      case 'valid':
        return read.product
      case 'invalid':
        // The bug behind `stale-cache`: an entry that cannot be read should be dropped and read again from the database.
        return reply.code(500).send({ error: `the cached entry of product ${id} cannot be read` })
      case 'nothing':
      case 'no-answer':
        return orUnavailable(reply, async () => {
          const product = await database.product(id)
          if (product === undefined) return reply.code(404).send({ error: `there is no product ${id}` })
          await cache?.write(product)
          return product
        })
    }
  })

  app.get<{ Params: { id: string } }>('/cart/:id', async (request, reply) => {
    const id = parseProductId(request.params.id)
    if (id === undefined) return reply.code(404).send({ error: `there is no cart ${request.params.id}` })
    return orUnavailable(reply, async () => {
      const items = await database.products(itemsOfCart(id))
      return { id, items, totalCents: totalCents(items) }
    })
  })

  app.post('/checkout', async (request, reply) => {
    const id = parseProductId(String(orderedProduct(request.body)))
    if (id === undefined) return reply.code(400).send({ error: `send {"productId": 1..${productCount}}` })
    return orUnavailable(reply, async () => reply.code(201).send({ order: await database.order(id) }))
  })
}

const customerRoutes = new Set(['/products/:id', '/cart/:id', '/checkout'])

/** What the database refuses is the shop's trouble, not the customer's fault. */
async function orUnavailable(reply: FastifyReply, answer: () => Promise<unknown>): Promise<unknown> {
  try {
    return await answer()
  } catch (error) {
    return reply.code(503).send({ error: error instanceof Error ? error.message : String(error) })
  }
}

/** Carts are not stored: each number always holds the same three products. */
function itemsOfCart(id: number): number[] {
  return [0, 7, 31].map(step => ((id + step - 1) % productCount) + 1)
}

function totalCents(items: Product[]): number {
  return items.reduce((sum, item) => sum + item.priceCents, 0)
}

function orderedProduct(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'productId' in body ? body.productId : undefined
}
