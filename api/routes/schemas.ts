import { z } from 'zod'
import { configurationJsonSchema, configurationSchemaPath } from '../../language/configuration-json-schema.ts'
import { documented } from '../documented.ts'
import type { Api } from '../validation.ts'

/** The JSON Schemas of what people write in files, where editors look for them; they hold no secret. */
export function schemaRoutes(app: Api): void {
  const schema = configurationJsonSchema()
  app.get(configurationSchemaPath, ofConfiguration, async (_request, reply) => {
    reply.type('application/schema+json')
    return schema
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
