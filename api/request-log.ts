import type { FastifyInstance, FastifyRequest } from 'fastify'
import { incidentNumberPattern } from '../contracts/incident.ts'

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
    // Probes and scrapes come every few seconds and say nothing while they succeed.
    const isRoutine = request.routeOptions.config.access === 'public' && reply.statusCode < 400
    if (isRoutine) request.log.debug(line, 'answered')
    else request.log.info(line, 'answered')
  })
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
