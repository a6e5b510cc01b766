import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CodedError } from '../../contracts/coded-error.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { mustExist } from '../../store/acts.ts'
import { lastSeq } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import type { LiveEntries } from '../live-entries.ts'
import type { Api } from '../validation.ts'
import { incidentParams } from './incidents.ts'

const eventsQuery = z.strictObject({ after: z.coerce.number().int().min(0).optional() })

/** How soon a client that lost its connection comes back. */
const retryMs = 1_000

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): each entry is an event whose id is its
 * `seq` and whose type is its kind. A client that comes back with `Last-Event-ID` goes on where it was.
 */
export function eventRoutes(app: Api, { pool, live }: { pool: Pool; live: LiveEntries }): void {
  const config = { access: 'incidents.read' } as const

  /** Everything that happens; without a position, from now on. */
  app.get('/v1/events', { config, schema: { querystring: eventsQuery } }, async (request, reply) => {
    const afterSeq = positionOf(request, request.query.after) ?? (await lastSeq(pool))
    return stream(reply, signal => live.follow({ afterSeq, signal }), afterSeq)
  })

  /** One incident; without a position, from its first entry. */
  app.get(
    '/v1/incidents/:number/events',
    { config, schema: { params: incidentParams, querystring: eventsQuery } },
    async (request, reply) => {
      const { number: incident } = request.params
      await mustExist(pool, incident)
      const afterSeq = positionOf(request, request.query.after) ?? 0
      return stream(reply, signal => live.follow({ incident, afterSeq, signal }), afterSeq)
    },
  )
}

/** The header wins: it is what a client sends when it comes back, with the address it began with. */
function positionOf({ headers }: FastifyRequest, after: number | undefined): number | undefined {
  const last = headers['last-event-id']
  if (last === undefined || last === '') return after
  if (typeof last === 'string' && /^\d{1,15}$/.test(last)) return Number(last)
  throw new CodedError('bad_request', 'The header Last-Event-ID is not the number of an entry.', {
    fields: { header: 'last-event-id' },
  })
}

function stream(
  reply: FastifyReply,
  follow: (signal: AbortSignal) => AsyncGenerator<TimelineEntry[]>,
  afterSeq: number,
): FastifyReply {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const batches = follow(gone.signal)
  // A proxy that gathers answers would hold the news back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
  reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  return reply.send(Readable.from(written(batches, afterSeq)))
}

/** The first block gives the position, so that a client that hears nothing still comes back to the right place. */
async function* written(batches: AsyncGenerator<TimelineEntry[]>, afterSeq: number): AsyncGenerator<string> {
  yield `retry: ${retryMs}\nid: ${afterSeq}\nevent: connected\ndata: {}\n\n`
  for await (const entries of batches)
    yield entries.length === 0 ? ': still here\n\n' : entries.map(event).join('')
}

/** JSON has no line ends of its own. */
function event(entry: TimelineEntry): string {
  return `id: ${entry.seq}\nevent: ${entry.kind}\ndata: ${JSON.stringify(entry)}\n\n`
}
