import { configurationJsonSchema, configurationSchemaPath } from '../../language/configuration-json-schema.ts'
import type { Api } from '../validation.ts'

/** The JSON Schemas of what people write in files, where editors look for them; they hold no secret. */
export function schemaRoutes(app: Api): void {
  const schema = configurationJsonSchema()
  app.get(configurationSchemaPath, { config: { access: 'public' } }, async (_, reply) => {
    reply.type('application/schema+json')
    return schema
  })
}
