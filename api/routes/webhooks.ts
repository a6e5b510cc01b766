import type { FastifyRequest } from 'fastify'
import { CodedError, isCodedError } from '../../contracts/coded-error.ts'
import type { ErrorCode } from '../../contracts/error-codes.ts'
import type { AlertSource } from '../../integrations/alert-source.ts'
import { alertSources } from '../../integrations/alert-sources.ts'
import type { Pool } from '../../store/database.ts'
import { createDeliveryCommits } from '../../store/commit-together.ts'
import { setAsideDelivery } from '../../store/deliveries.ts'
import { type Identity, senderOf } from '../access.ts'
import { withinDatabaseWait } from '../database-wait.ts'
import { toCodedError } from '../error-reply.ts'
import { refuseDeep } from '../read-body.ts'
import type { Api } from '../validation.ts'
import { reporting } from './webhooks-declared.ts'

interface Dependencies {
  pool: Pool
  clock: () => number
}

/** One route a source. A 202 means committed; what an authenticated sender sent is never thrown away without a trace. */
export function webhookRoutes(app: Api, dependencies: Dependencies): void {
  const acceptDelivery = createDeliveryCommits(dependencies.pool)
  for (const source of Object.values(alertSources)) {
    void app.register(async scope => webhookRoute(scope, source, { ...dependencies, acceptDelivery }))
  }
}

function webhookRoute(
  app: Api,
  source: AlertSource,
  {
    pool,
    clock,
    acceptDelivery,
  }: Dependencies & { acceptDelivery: ReturnType<typeof createDeliveryCommits> },
): void {
  // The bytes themselves are kept, so JSON is read here and not by Fastify.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )

  async function setAside(
    identity: Identity,
    body: Buffer,
    state: 'rejected' | 'quarantined',
    problem: string,
  ): Promise<void> {
    await setAsideDelivery(pool, {
      source: senderOf(identity),
      sourceKind: source.kind,
      state,
      body,
      problem,
      atMs: clock(),
    })
  }

  app.setErrorHandler(async (error, request) => {
    const coded = toCodedError(error)
    if (unread.has(coded.code) && request.identity !== null) {
      const { identity } = request
      const problem = `${coded.message} (${lengthOf(request)})`
      await withinDatabaseWait(() => setAside(identity, Buffer.alloc(0), 'rejected', problem))
    }
    throw error
  })

  const route = { bodyLimit: source.bodyBytes, ...reporting[source.kind] }
  app.post(`/v1/webhooks/${source.kind}`, route, async (request, reply) => {
    const identity = identityOf(request)
    // The parser above gives bytes and nothing else; a request without a body has none.
    const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
    const json = readJson(body)
    if ('refusal' in json) {
      await setAside(identity, body, 'rejected', json.refusal.message)
      throw json.refusal
    }
    const atMs = clock()
    const parsed = source.parse(json.value, { source: senderOf(identity), atMs })
    if ('problem' in parsed) {
      await setAside(identity, body, 'quarantined', parsed.problem)
      throw new CodedError('bad_payload', `The body does not look like ${source.kind}: ${parsed.problem}.`)
    }
    const deliveryId = await acceptDelivery({
      source: senderOf(identity),
      sourceKind: source.kind,
      body,
      ...parsed,
      atMs,
    })
    reply.code(202)
    return { deliveryId, accepted: parsed.alerts.length }
  })
}

function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new Error('A webhook was reached without a sender.')
  return request.identity
}

/** Refused before the body was there; that it came is kept all the same. */
const unread: ReadonlySet<ErrorCode> = new Set([
  'too_large',
  'unsupported_media_type',
  'unsupported_encoding',
])

const utf8 = new TextDecoder()

/** Reads JSON leniently as to encoding: a stray byte becomes U+FFFD, a byte order mark is dropped. */
function readJson(body: Buffer): { value: unknown } | { refusal: CodedError } {
  try {
    refuseDeep(body)
    return { value: JSON.parse(utf8.decode(body)) }
  } catch (error) {
    if (isCodedError(error)) return { refusal: error }
    // The parser's own words quote the body; only the place is taken from them.
    const place = error instanceof Error ? /position \d+/.exec(error.message)?.[0] : undefined
    const message = `The body is not JSON${place === undefined ? '' : ` (${place})`}.`
    return { refusal: new CodedError('bad_json', message) }
  }
}

function lengthOf({ headers }: FastifyRequest): string {
  const length = headers['content-length']
  return length === undefined ? 'of unknown length' : `${Number(length)} bytes`
}
