/** How a route is declared: who may use it, the schemas that validate it, and what the OpenAPI document says of it. */
import type { RouteOptions } from 'fastify'
import type { z } from 'zod'
import type { ErrorCode } from '../contracts/error-codes.ts'
import type { Access } from './access.ts'

/** The schemas Fastify runs; replies are not validated when sent, their types and the tests hold them to it. */
export interface RouteSchema {
  params?: z.ZodType
  querystring?: z.ZodType
  body?: z.ZodType
  /** By status, each registered in contracts/views.ts unless the reply is no JSON. Errors are added by their codes. */
  response: Record<number, z.ZodType>
}

/** What is sent; left out is what the first example of the route says, or nothing. */
interface ExampleRequest<Body> {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Body
}

export interface Example<Body = unknown, Reply = unknown> extends ExampleRequest<Body> {
  /** When to do this, in a few words. */
  summary: string
  /** Default: the first status of `response`. */
  status?: number
  reply: Reply
}

export interface ErrorExample<Body = unknown> extends ExampleRequest<Body> {
  /** As the service says it for this request. */
  message: string
  fields?: Record<string, unknown>
  /** Where it is not that of the code. */
  hint?: string
}

/** The chapters of the document, in order, with what a newcomer should know first. */
export const chapters = {
  Alerts: 'Where monitoring reports. A 202 means that the alerts are committed.',
  Incidents: 'What is broken, what was done about it, and what people say and decide.',
  Gates: 'Questions that wait for people. A decision names the plan that was read, and counts once.',
  Record: 'Everything raw, for those who check it themselves and need not trust this service.',
  'Post-mortems':
    'What was learned, and what was promised. Facts are generated; people write the rest, version by version.',
  Contacts: 'Who is called, and by which channels.',
  Runbooks: 'What new incidents are opened with, in which version, and who put it in force.',
  Freeze: 'The one switch that stops every change Paramedic would make.',
  Service: 'The state of Paramedic itself, and this documentation.',
} as const

export interface RouteDocumentation<S extends RouteSchema = RouteSchema> {
  chapter: keyof typeof chapters
  /** Unique; generated clients call their function this. */
  id: string
  /** What it does, as a command: `Acknowledge an incident`. */
  summary: string
  /** What a newcomer has to know beyond the schemas. Markdown. */
  description: string
  schema: S
  /** Of a route that reads its body itself: what it takes. */
  rawBody?: z.ZodType
  /** Media type of the reply when it is not JSON. */
  replyType?: string
  /** It works longer than PostgreSQL may take to answer, and no longer than this. */
  withinMs?: number
  /** It answers even when PostgreSQL does not. */
  needsNoDatabase?: true
  /** The first one is the usual case. */
  examples: Record<
    string,
    Example<z.input<NonNullable<S['body']>>, z.input<S['response'][keyof S['response'] & number]>>
  >
  /** The codes particular to this route; those that follow from its access and schemas are added. */
  errors?: Partial<Record<ErrorCode, ErrorExample>>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    documentation?: RouteDocumentation
  }
}

/** The options of a Fastify route that says everything about itself; the service does not start with any other. */
export function documented<const S extends RouteSchema>(
  route: { access: Access } & RouteDocumentation<S>,
): { config: { access: Access; documentation: RouteDocumentation }; schema: S } {
  const { access, ...documentation } = route
  // The examples were checked against the schemas of this route; the document only prints them.
  return {
    config: { access, documentation: documentation as unknown as RouteDocumentation },
    schema: route.schema,
  }
}

/** Throws unless the route is documented with an example, so that a forgotten page stops the start. */
export function requireDocumentation(route: RouteOptions): RouteDocumentation {
  const documentation = route.config?.documentation
  const name = `Route ${String(route.method)} ${route.url}`
  if (documentation === undefined) throw new Error(`${name} is not documented; declare it with documented().`)
  if (Object.keys(documentation.examples).length === 0) throw new Error(`${name} has no example.`)
  return documentation
}
