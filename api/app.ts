import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { CodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { limits } from '../contracts/limits.ts'
import type { BindableTarget } from '../language/bind.ts'
import type { Configured } from '../language/configured.ts'
import type { Pool } from '../store/database.ts'
import { checkAccess, requireDeclaredAccess } from './access.ts'
import { createAuthenticator } from './authenticate.ts'
import { withinDatabaseWait } from './database-wait.ts'
import { requireDocumentation } from './documented.ts'
import { createDrain } from './drain.ts'
import type { Foresights } from './foresights.ts'
import { sendError } from './error-reply.ts'
import { refuseDeep, refuseEncoded } from './read-body.ts'
import { createReadiness } from './readiness.ts'
import { logRequests } from './request-log.ts'
import { createLiveEntries } from './live-entries.ts'
import { actionItemRoutes } from './routes/action-items.ts'
import { eventRoutes } from './routes/events.ts'
import type { RouteTableEntry } from './route-table.ts'
import { docsRoutes } from './routes/docs.ts'
import { alertRoutes } from './routes/alerts.ts'
import { auditRoutes } from './routes/audit.ts'
import { contactRoutes } from './routes/contacts.ts'
import { foresightRoutes } from './routes/foresights.ts'
import { freezeRoutes } from './routes/freeze.ts'
import { gateRoutes } from './routes/gates.ts'
import { incidentActRoutes } from './routes/incident-acts.ts'
import { incidentPageRoute } from './routes/incident-page.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { metricsRoute } from './routes/metrics.ts'
import { postmortemRoutes } from './routes/postmortems.ts'
import { probeRoutes } from './routes/probes.ts'
import { routineRoutes } from './routes/routines.ts'
import { runbookRoutes } from './routes/runbooks.ts'
import { schemaRoutes } from './routes/schemas.ts'
import { statusRoute } from './routes/status.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import type { TemporalHealth } from './temporal-health.ts'
import { createTrafficMetrics } from './traffic-metrics.ts'
import { refuseUnread } from './unread-request.ts'
import { type Api, serializerCompiler, validatorCompiler } from './validation.ts'

export interface ApiDependencies {
  pool: Pool
  configuration: Pick<Configuration, 'sources' | 'principals' | 'channels' | 'contacts' | 'fallback'>
  /** What runbooks are held against; left out, only against the language. */
  configured?: Configured
  /** Left out: nothing is said about Temporal and its workers. */
  temporal?: TemporalHealth
  /** Every configured target, of every site; what a runbook's roles mean. */
  places?: readonly BindableTarget[]
  /** Left out: targets cannot be asked. */
  foresights?: Foresights
  /** Wall time in milliseconds; the domain time of what people do. */
  clock: () => number
  log: FastifyBaseLogger
  version: string
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route with who may use it and its documentation, in the order they were declared. */
    routeTable: RouteTableEntry[]
  }
}

/** A client this slow is broken or hostile; Fastify's default is to wait for ever. */
const requestTimeoutMs = 30_000

/** Assembles the HTTP service; it neither listens nor owns its dependencies. Throws when the configuration shares a token. */
export function createApp(dependencies: ApiDependencies): Api {
  const { pool, configuration, temporal } = dependencies
  const app: Api = Fastify({
    loggerInstance: dependencies.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.actBodyBytes,
    requestTimeout: requestTimeoutMs,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    // The drain says why, in our words.
    return503OnClosing: false,
    clientErrorHandler: refuseUnread,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => {
    // Not the path: it may carry what somebody pasted.
    const error = new CodedError('not_found', `There is no such ${request.method} route.`)
    return sendError(error, request, reply)
  })
  acceptOnlyJson(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    })
  })
  const registry = createTrafficMetrics(app)
  logRequests(app)
  const drain = createDrain(app)
  demandAccess(app, createAuthenticator(configuration))

  const readiness = createReadiness(pool, temporal)
  const live = createLiveEntries(pool)
  // Streams would keep the close waiting for ever.
  app.addHook('preClose', () => live.close())
  webhookRoutes(app, dependencies)
  alertRoutes(app, dependencies)
  incidentRoutes(app, dependencies)
  eventRoutes(app, { pool, live })
  incidentActRoutes(app, dependencies)
  gateRoutes(app, dependencies)
  postmortemRoutes(app, dependencies)
  actionItemRoutes(app, dependencies)
  runbookRoutes(app, dependencies)
  foresightRoutes(app, dependencies)
  routineRoutes(app, dependencies)
  freezeRoutes(app, dependencies)
  auditRoutes(app, dependencies)
  contactRoutes(app, dependencies)
  incidentPageRoute(app)
  statusRoute(app, { ...dependencies, readiness })
  metricsRoute(app, { ...dependencies, registry })
  probeRoutes(app, { readiness, drain })
  schemaRoutes(app)
  docsRoutes(app, dependencies)
  return app
}

/** Other media types would be other parsers to get wrong (CVE-2025-32442); an empty body is an empty object. */
function acceptOnlyJson(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    try {
      refuseDeep(body)
    } catch (error) {
      // Only a CodedError is thrown there.
      return done(error as Error)
    }
    void parse(request, body.toString(), done)
  })
}

/** Every route says who may use it and what it does; whoever may not is refused before the body is read. */
function demandAccess(app: Api, authenticate: ReturnType<typeof createAuthenticator>): void {
  app.decorate('routeTable', [])
  app.decorateRequest('identity', null)
  app.decorateRequest('errorCode', null)
  app.addHook('onRoute', route => {
    const access = requireDeclaredAccess(route)
    const documentation = requireDocumentation(route)
    app.routeTable.push({ method: String(route.method), url: route.url, access, documentation })
    if (access === 'public') return
    // Everything that is not public works on PostgreSQL, whose silence must not become ours.
    const { handler } = route
    route.handler = function (request, reply) {
      return withinDatabaseWait(async () => handler.call(this, request, reply), documentation.withinMs)
    }
  })
  app.addHook('onRequest', async request => {
    const { access } = request.routeOptions.config
    // Without access there is no route: the answer is 404.
    if (access === undefined || access === 'public') return
    request.identity = authenticate(request.headers.authorization)
    checkAccess(request.identity, access)
    if (request.method !== 'GET') refuseEncoded(request)
  })
}
