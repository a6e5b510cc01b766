/** The API's own description, as it answers with it. */
import { z } from 'zod'
import { views } from './views.ts'

export const openApiView = z
  .looseObject({
    openapi: z.string(),
    info: z.looseObject({ title: z.string(), version: z.string() }),
    paths: z.record(z.string(), z.unknown()),
    components: z.record(z.string(), z.unknown()),
  })
  .describe('An OpenAPI document (https://spec.openapis.org/oas/v3.1.1.html)')
  .register(views, { id: 'OpenApi' })
