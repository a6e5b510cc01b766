import type { FastifyInstance, FastifyRequest } from 'fastify'
import { incidentNumberPattern } from '../contracts/incident.ts'

/** The promise of an accepted webhook at p99 (traffic-metrics.ts); what takes longer is told. */
const slowMs = 250

/** One line a request: who, which route, what came of it. No headers, bodies or queries: people paste tokens into anything. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      incident: incidentOf(request),
      who: whoOf(request),
      status: reply.statusCode,
      code: request.errorCode ?? undefined,
      tookMs: Math.round(reply.elapsedTime),
    }
    if (reply.statusCode < 400 && isRoutine(request, line.tookMs)) request.log.debug(line, 'answered')
    else request.log.info(line, 'answered')
  })
}

/**
 * Probes and scrapes come every few seconds and say nothing while they succeed. An accepted webhook is a row with a number and is
 * counted in the metrics; in a storm its line was a quarter of the api's work.
 */
function isRoutine({ routeOptions }: FastifyRequest, tookMs: number): boolean {
  const { access } = routeOptions.config
  return access === 'public' || (access?.startsWith('source:') === true && tookMs < slowMs)
}

/** Only what is an incident's number: anything else in its place may be anything. */
function incidentOf({ params }: FastifyRequest): string | undefined {
  const isNamed = typeof params === 'object' && params !== null && 'number' in params
  return isNamed && typeof params.number === 'string' && incidentNumberPattern.test(params.number)
    ? params.number
    : undefined
}

function whoOf({ identity }: FastifyRequest): string | undefined {
  if (identity === null) return undefined
  return identity.is === 'source' ? `source:${identity.name}` : `person:${identity.principal.name}`
}
