import { randomInt } from 'node:crypto'
import { productCount } from './catalog.ts'

/** 20 requests a second. */
const everyMs = 50
/** Longer than the shop's own waits, so that its answer counts and not our impatience. */
const patienceMs = 5_000
/**
 * One customer's way through the shop. Fixed, not drawn: a checkout every quarter of a second keeps requests waiting
 * on an exhausted pool at every moment somebody looks.
 */
const visit = ['product', 'product', 'cart', 'product', 'checkout'] as const

/** Light traffic against the shop's own port, so that its gauges mean something. Returns how to end it. */
export function startLoad(shopUrl: string): () => void {
  let step = 0
  const timer = setInterval(() => {
    const page = visit[step % visit.length]
    step += 1
    const id = randomInt(1, productCount + 1)
    // Failures are what the shop's metrics count; the customer only goes away.
    void ask(shopUrl, page, id).catch(() => undefined)
  }, everyMs)
  return () => clearInterval(timer)
}

async function ask(shopUrl: string, page: (typeof visit)[number] | undefined, id: number): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs)
  const response = await (page === 'checkout'
    ? fetch(`${shopUrl}/checkout`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ productId: id }),
        signal,
      })
    : fetch(`${shopUrl}/${page === 'cart' ? 'cart' : 'products'}/${id}`, { signal }))
  await response.arrayBuffer()
}

const json = { 'content-type': 'application/json' }
