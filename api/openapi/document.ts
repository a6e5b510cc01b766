import { chapters } from '../documented.ts'
import type { RouteTableEntry } from '../route-table.ts'
import { replySchemas } from './json-schemas.ts'
import type { OpenApi } from './openapi.ts'
import { toOperation } from './operation.ts'

/** The OpenAPI 3.1 document of these routes. Throws when one of them cannot be documented. */
export function toOpenApi(routes: readonly RouteTableEntry[], version: string): OpenApi {
  const paths: OpenApi['paths'] = {}
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Paramedic',
      version,
      summary: 'The durable first responder for production incidents',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to this document, so that it is right behind a proxy too.
    servers: [{ url: './' }],
    security: [{ bearer: [] }],
    tags: Object.entries(chapters).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: replySchemas(),
      headers,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of a principal, or of a source for its webhook, from the configuration.',
        },
      },
    },
  }
}

const introduction = [
  'JSON over HTTP. Times are ISO 8601 in UTC. A 2xx to a request that changes something means that it is committed.',
  'Requests with unknown keys are refused; replies may gain fields, so ignore those you do not know.',
  'Every error has one form: a code for programs, a sentence, and a hint that says what to do. To 503 belongs a Retry-After.',
  'Incidents, plans and names below are examples.',
].join('\n\n')

const headers: OpenApi['components']['headers'] = {
  'x-request-id': {
    description: 'The log has the request under it.',
    schema: { type: 'string' },
  },
  'retry-after': {
    description: 'Seconds to wait before the next try; spread, so that not everybody comes back at once.',
    schema: { type: 'integer', minimum: 1, maximum: 5 },
  },
  'www-authenticate': { description: 'RFC 6750.', schema: { type: 'string', const: 'Bearer' } },
}
