import type { FastifyInstance } from 'fastify'
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { senderOf } from './access.ts'

/** What this process counts itself: its traffic. Each api process counts its own; sum them. */
export function createTrafficMetrics(app: FastifyInstance): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'paramedic_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['route', 'method', 'status'],
    // The promise is 250 ms at p99; 2 s is where a slow database becomes a 503.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    registers: [registry],
  })
  const webhooks = new Counter({
    name: 'paramedic_webhook_deliveries_total',
    help: 'Webhook requests by source and by what became of them.',
    labelNames: ['source', 'outcome'],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, never the path: numbers and guesses would be a series each.
    const route = request.routeOptions.url ?? 'unknown'
    requests.observe({ route, method: request.method, status: reply.statusCode }, reply.elapsedTime / 1_000)
    if (!request.routeOptions.config.access?.startsWith('source:')) return
    const source = request.identity === null ? 'unauthenticated' : senderOf(request.identity)
    webhooks.inc({ source, outcome: request.errorCode ?? 'accepted' })
  })
  return registry
}
