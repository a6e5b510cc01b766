/** The JSON Schema of a file of drills, for editors: made from the schema that validates. */
import { z } from 'zod'
import type { JsonSchema } from './configuration-json-schema.ts'
import { drillSource } from './drill-source.ts'
import { sayingAllOf } from './runbook-json-schema.ts'

/** Says what an editor can know of one file; what only its runbook tells is the linter's. Draft 7, because that is what every editor reads. */
export function drillJsonSchema(): JsonSchema {
  return { ...sayingAllOf(drillKeys()), title: 'Drills of Paramedic' }
}

/** The keys as drill-source.ts declares them, the type of each in words as its `title`. */
export function drillKeys(): JsonSchema {
  return z.toJSONSchema(drillSource, { io: 'input', target: 'draft-7' })
}
