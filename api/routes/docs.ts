import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { z } from 'zod'
import { CodedError } from '../../contracts/coded-error.ts'
import { openApiView } from '../../contracts/openapi-views.ts'
import { documented } from '../documented.ts'
import { toOpenApi } from '../openapi/document.ts'
import type { OpenApi } from '../openapi/openapi.ts'
import type { Api } from '../validation.ts'

/**
 * The documentation that follows from the routes, to read and to try. It holds no secret and needs no token; what is tried there
 * needs one. Nothing is fetched from elsewhere.
 */
export function docsRoutes(app: Api, { version }: { version: string }): void {
  let written: OpenApi | undefined
  // Once all routes are declared, and before anybody is served: a route that cannot be documented stops the start.
  app.addHook('onReady', async () => void (written = toOpenApi(app.routeTable, version)))
  const document = (): OpenApi => {
    if (written === undefined)
      throw new Error('The documentation was asked for before the service was ready.')
    return written
  }
  // A quarter of a second of work, for whoever asks first and not at every start.
  let yaml: string | undefined

  app.get('/openapi.json', asJson, async () => document())
  app.get('/openapi.yaml', asYaml, async (_request, reply) => {
    reply.type('application/yaml')
    return (yaml ??= stringify(document(), { aliasDuplicateObjects: false }))
  })

  app.get('/docs', page, async (_request, reply) => {
    reply.headers({ 'content-security-policy': contentSecurityPolicy, 'referrer-policy': 'no-referrer' })
    reply.type('text/html; charset=utf-8')
    return html
  })
  const files = readFiles()
  app.get('/docs/:file', pageFile, async (request, reply) => {
    const file = files.get(request.params.file)
    if (file === undefined) throw new CodedError('not_found', 'The documentation has no such file.')
    // They change with a release only, and the page is fetched each time.
    reply.header('cache-control', 'public, max-age=3600')
    reply.type(file.type)
    return file.content
  })
}

/** Whatever an example or an alert's text may hold: only our own files run, and they speak to this service only. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The icons in the style sheet of Swagger UI.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

// Links are relative, so that the page works behind a proxy that adds a prefix.
const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Paramedic API</title>
    <link rel="icon" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <div id="documentation"></div>
    <noscript>The same as a file: <a href="openapi.json">openapi.json</a>, <a href="openapi.yaml">openapi.yaml</a></noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`

// The token stays in the page's memory: `persistAuthorization` would leave it in the browser's storage.
const start = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#documentation',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: false,
})
`

const fileNames = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png', 'start.js'] as const

/** Read at the start: a package that came without them is noticed there, and no request touches the disk. */
function readFiles(): ReadonlyMap<string, { type: string; content: Buffer | string }> {
  const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', png: 'image/png' }
  return new Map(
    fileNames.map(name => {
      const type = types[name.split('.').at(-1) as keyof typeof types]
      return [name, { type, content: name === 'start.js' ? start : readPackaged(name) }]
    }),
  )
}

function readPackaged(name: string): Buffer {
  return readFileSync(fileURLToPath(import.meta.resolve(`@fastify/swagger-ui/static/${name}`)))
}

const asJson = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readOpenApi',
  summary: 'This document as JSON',
  description: 'OpenAPI 3.1, generated from the schemas that validate.',
  schema: { response: { 200: openApiView } },
  examples: {
    head: {
      summary: 'How it begins',
      reply: { openapi: '3.1.1', info: { title: 'Paramedic', version: '0.1.0' }, paths: {}, components: {} },
    },
  },
})

const asYaml = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readOpenApiYaml',
  summary: 'This document as YAML',
  description: 'The same as `/openapi.json`.',
  schema: { response: { 200: z.string() } },
  replyType: 'application/yaml',
  examples: { head: { summary: 'How it begins', reply: 'openapi: 3.1.1\ninfo:\n  title: Paramedic\n' } },
})

const page = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readDocs',
  summary: 'This page',
  description: 'Swagger UI. Give it a token under "Authorize" to try what is described here.',
  schema: { response: { 200: z.string() } },
  replyType: 'text/html',
  examples: { page: { summary: 'A page', reply: '<!doctype html>…' } },
})

const pageFile = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readDocsFile',
  summary: 'What this page is made of',
  description: 'Scripts and styles of Swagger UI.',
  schema: {
    params: z.strictObject({ file: z.string() }),
    response: { 200: z.union([z.string(), z.instanceof(Buffer)]) },
  },
  replyType: 'text/javascript',
  examples: { script: { summary: 'A script', params: { file: 'start.js' }, reply: 'SwaggerUIBundle({…})' } },
  errors: { not_found: { params: { file: 'other.js' }, message: 'The documentation has no such file.' } },
})
