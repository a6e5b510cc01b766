import { z } from 'zod'
import { configurationJsonSchema, configurationSchemaPath } from '../../language/configuration-json-schema.ts'
import { runbookJsonSchema, runbookSchemaPath } from '../../language/runbook-json-schema.ts'
import { documented } from '../documented.ts'
import type { Api } from '../validation.ts'

/** The JSON Schemas of what people write in files, where editors look for them; they hold no secret. */
export function schemaRoutes(app: Api): void {
  const [configuration, runbook] = [configurationJsonSchema(), runbookJsonSchema()]
  app.get(configurationSchemaPath, ofConfiguration, async (_request, reply) => {
    reply.type('application/schema+json')
    return configuration
  })
  app.get(runbookSchemaPath, ofRunbook, async (_request, reply) => {
    reply.type('application/schema+json')
    return runbook
  })
}

const ofConfiguration = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readConfigurationSchema',
  summary: 'The JSON Schema of paramedic.yaml',
  description: 'For editors: name it in the first line of the file, `# yaml-language-server: $schema=…`.',
  schema: { response: { 200: z.record(z.string(), z.unknown()) } },
  replyType: 'application/schema+json',
  examples: {
    head: {
      summary: 'How it begins',
      reply: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
    },
  },
})

const ofRunbook = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readRunbookSchema',
  summary: 'The JSON Schema of a runbook',
  description:
    'For editors: it completes and explains every key, check, action and parameter of this version. Name it in the first line of the file, `# yaml-language-server: $schema=…`.',
  schema: { response: { 200: z.record(z.string(), z.unknown()) } },
  replyType: 'application/schema+json',
  examples: {
    head: {
      summary: 'How it begins',
      reply: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
    },
  },
})
