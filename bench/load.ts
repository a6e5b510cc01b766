/** HTTP load on loopback: closed loop for rates, a fixed arrival rate for latencies; bounded in time, on kept connections. */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Pool } from 'undici'
import { percentile } from './arithmetic.ts'

export interface Endpoint {
  origin: string
  path: string
  headers: Record<string, string>
  /** The body of the n-th request. */
  body(n: number): string
}

export interface Loaded {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** So many answers other than 2xx end a run: figures of refusals would look splendid. */
const failuresAtMost = 10
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Every connection asks again as soon as it is answered. */
export async function saturate(endpoint: Endpoint, connections: number, forMs: number): Promise<Loaded> {
  const counted = counter(endpoint)
  const clients = Array.from({ length: connections }, () => new Client(onLoopback(endpoint)))
  const startedAt = performance.now()
  const until = startedAt + forMs
  const keepAsking = async (client: Client): Promise<void> => {
    while (performance.now() < until) await counted.ask(client)
  }
  try {
    await Promise.all(clients.map(keepAsking))
    return counted.total(performance.now() - startedAt)
  } finally {
    await Promise.all(clients.map(client => client.destroy()))
  }
}

/**
 * Requests arrive at their times whether or not earlier ones were answered, so that a slow answer cannot hide those it
 * would have delayed.
 */
export async function arriveSteadily(endpoint: Endpoint, perSecond: number, forMs: number): Promise<Loaded> {
  const counted = counter(endpoint)
  // Wide enough that no request waits in the client.
  const pool = new Pool(onLoopback(endpoint), { connections: 64, pipelining: 1 })
  const startedAt = performance.now()
  const asked: Promise<void>[] = []
  try {
    while (performance.now() < startedAt + forMs) {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
      while (asked.length < due) asked.push(counted.ask(pool))
      await delay(1)
    }
    await Promise.all(asked)
    return counted.total(performance.now() - startedAt)
  } finally {
    await Promise.allSettled(asked)
    await pool.destroy()
  }
}

function counter(endpoint: Endpoint) {
  const { path, headers, body } = endpoint
  const tookMs: number[] = []
  let sent = 0
  let failures = 0
  return {
    async ask(client: Pick<Client, 'request'>): Promise<void> {
      const startedAt = performance.now()
      const answer = await client.request({ method: 'POST', path, headers, body: body(sent++) })
      await answer.body.dump()
      tookMs.push(performance.now() - startedAt)
      if (answer.statusCode >= 200 && answer.statusCode < 300) return
      failures += 1
      if (failures > failuresAtMost)
        throw new Error(
          `${endpoint.origin}${path} answers ${answer.statusCode}; there is nothing to measure.`,
        )
    },
    total: (elapsedMs: number): Loaded => ({
      perSecond: (tookMs.length / elapsedMs) * 1_000,
      p50Ms: percentile(tookMs, 50),
      p99Ms: percentile(tookMs, 99),
    }),
  }
}

function onLoopback({ origin }: Endpoint): string {
  if (!loopback.has(new URL(origin).hostname)) throw new Error(`${origin} is not on this machine.`)
  return origin
}
