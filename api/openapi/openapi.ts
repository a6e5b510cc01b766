/** As much of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html) as this document uses. */
import type { JsonSchema } from './json-schemas.ts'

// An alias and no interface: only that is assignable to the open object which the reply's schema describes.
export type OpenApi = {
  openapi: '3.1.1'
  info: {
    title: string
    version: string
    summary: string
    description: string
    license: { name: string; identifier: string }
  }
  servers: { url: string }[]
  security: { bearer: [] }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    headers: Record<string, { description: string; schema: JsonSchema }>
    securitySchemes: { bearer: { type: 'http'; scheme: 'bearer'; description: string } }
  }
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  /** Empty on public routes; else that of the whole document holds. */
  security?: []
  parameters: Parameter[]
  requestBody?: { required: boolean; content: Record<string, MediaType> }
  responses: Record<string, Response>
}

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: JsonSchema
  examples?: Record<string, NamedExample>
}

export interface Response {
  description: string
  headers: Record<string, { $ref: string }>
  content: Record<string, MediaType>
}

interface MediaType {
  schema: JsonSchema
  examples: Record<string, NamedExample>
}

export interface NamedExample {
  summary: string
  value: unknown
}
