/** The JSON Schema of `paramedic.yaml`, for editors: made from the schema that validates, so that the two cannot disagree. */
import { z } from 'zod'
import { configurationSchema } from '../contracts/configuration.ts'

export interface JsonSchema {
  [keyword: string]: unknown
}

/** Where this is published, below the address of a service: `/schemas/configuration.json`. */
export const configurationSchemaPath = '/schemas/configuration.json'

/** Says what an editor can know of a file as it is written: references stand where their values will. */
export function configurationJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configurationSchema, {
    io: 'input',
    override: ({ jsonSchema }) => allowReference(jsonSchema),
  })
  return { ...schema, title: 'Configuration of Paramedic (paramedic.yaml)' }
}

/** Keywords that look at a text's characters; before its references are put in they would refuse what is right. */
const ofCharacters = ['format', 'pattern', 'minLength', 'maxLength'] as const

function allowReference(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.type !== 'string') return
  const held = ofCharacters.filter(keyword => schema[keyword] !== undefined)
  if (held.length === 0) return
  const value = Object.fromEntries(held.map(keyword => [keyword, schema[keyword]]))
  for (const keyword of held) delete schema[keyword]
  schema.anyOf = [value, { pattern: String.raw`\$\{(env|file):[^}]+\}` }]
}
