import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CodedError } from '../../contracts/coded-error.ts'
import { limits } from '../../contracts/limits.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { mustExist } from '../../store/acts.ts'
import { lastSeq } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { documented } from '../documented.ts'
import { noSuchIncident, ofOpenIncident } from '../examples.ts'
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
  /** Without a position, from now on. */
  app.get('/v1/events', following, async (request, reply) => {
    const afterSeq = positionOf(request, request.query.after) ?? (await lastSeq(pool))
    return stream(reply, signal => live.follow({ afterSeq, signal }), afterSeq)
  })

  /** Without a position, from its first entry. */
  app.get('/v1/incidents/:number/events', followingOne, async (request, reply) => {
    const { number: incident } = request.params
    await mustExist(pool, incident)
    const afterSeq = positionOf(request, request.query.after) ?? 0
    return stream(reply, signal => live.follow({ incident, afterSeq, signal }), afterSeq)
  })
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
): Readable {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const batches = follow(gone.signal)
  // A proxy that gathers answers would hold the news back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
  reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  // Handed over, not waited for: who waits for a reply here waits until the stream has ended.
  return Readable.from(written(batches, afterSeq))
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

const blocks = z.union([z.string(), z.instanceof(Readable)])
const streamed = {
  replyType: 'text/event-stream',
  errors: {
    bad_request: {
      query: { after: 'then' },
      message: 'The query does not fit: after: Invalid input: expected number, received NaN.',
      fields: { faults: [{ field: 'after', problem: 'Invalid input: expected number, received NaN' }] },
    },
    too_many_streams: { message: `${limits.liveStreams} clients follow this process already.` },
  },
} as const
const connected = `retry: ${retryMs}\nid: 0\nevent: connected\ndata: {}\n\n`
const howToResume =
  'Server-sent events: `id` is the `seq` of an entry, `event` its kind, `data` the entry as JSON. After a lost connection send `Last-Event-ID` and go on without a gap. A comment every 15 seconds shows that the stream lives.'

const following = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'followEverything',
  summary: 'Follow everything live',
  description: `Every audit entry as it is committed, of every incident and of none. ${howToResume}`,
  schema: { querystring: eventsQuery, response: { 200: blocks } },
  ...streamed,
  examples: { begin: { summary: 'From the very beginning', query: { after: '0' }, reply: connected } },
})

const followingOne = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'followIncident',
  summary: 'Follow an incident live',
  description: `Its timeline from the first entry on, then each entry as it is committed. ${howToResume}`,
  schema: { params: incidentParams, querystring: eventsQuery, response: { 200: blocks } },
  ...streamed,
  examples: { all: { summary: 'From its first entry', ...ofOpenIncident, reply: connected } },
  errors: { ...streamed.errors, not_found: noSuchIncident },
})
