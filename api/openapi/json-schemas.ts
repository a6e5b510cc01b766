/** From the zod schemas that validate to the JSON Schemas (draft 2020-12) of OpenAPI 3.1. */
import { z } from 'zod'
import { views } from '../../contracts/views.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

/** The replies by name. They stay open to new fields: whoever reads them has to ignore what it does not know. */
export function replySchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(views, {
    uri: id => `#/components/schemas/${id}`,
    io: 'output',
    override: ({ jsonSchema }) => {
      tidy(jsonSchema)
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutHead(schema)]))
}

/** What a request has to look like before it is read; unknown keys are refused. */
export function requestSchema(schema: z.ZodType): JsonSchema {
  const options = { io: 'input', unrepresentable: 'any', override: tidied } as const
  return withoutHead(z.toJSONSchema(schema, options))
}

/** The reference to a reply that was registered; throws for any other, because a shape without a name helps nobody. */
export function replyReference(schema: z.ZodType, route: string): { $ref: string } {
  const id = views.get(schema)?.id
  if (id === undefined)
    throw new Error(`The reply of ${route} is not registered among the views of contracts/views.ts.`)
  return { $ref: `#/components/schemas/${id}` }
}

function tidied({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  tidy(jsonSchema)
}

/** Leaves out what only repeats: the long pattern beside a format, the range of safe integers, names that are texts. */
function tidy(jsonSchema: JsonSchema): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  delete jsonSchema.propertyNames
}

/** The document says once which dialect it is written in, and its keys are the names. */
function withoutHead({ $schema: _dialect, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema
}
