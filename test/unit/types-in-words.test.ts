import { expect, test } from 'vitest'
import { z } from 'zod'
import { duration } from '../../contracts/duration.ts'
import { defaultWords, typeWords } from '../../language/type-words.ts'

const name = z.string().meta({ title: 'name' })
const role = z.strictObject({ name })

test.each([
  ['text', z.string()],
  ['name', name.optional()],
  ['true or false', z.boolean()],
  ['number, at least 0', z.number().min(0)],
  ['whole number, 1 to 20', z.int().min(1).max(20)],
  ['one of next, stop', z.enum(['next', 'stop'])],
  ['always Runbook', z.literal('Runbook')],
  ['duration', duration()],
  ['duration, at least 1s', duration({ min: 1_000 })],
  ['duration, at most 1m', duration({ max: 60_000 })],
  ['duration, 250ms to 1h', duration({ min: 250, max: 3_600_000 })],
  ['mapping', role],
  ['mapping', z.record(name, role)],
  ['mapping', z.record(z.string(), z.unknown())],
  ['mapping of name to one of a, b', z.record(name, z.enum(['a', 'b']))],
  ['list of mappings', z.array(role)],
  ['list of names', z.array(name).min(1)],
  ['list of SEV1, SEV2', z.array(z.enum(['SEV1', 'SEV2']))],
  ['mapping or text', z.union([role, z.string(), z.strictObject({ none: z.string() })])],
])('%s', (words, schema) => {
  expect(typeWords(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }))).toBe(words)
})

test.each([
  [undefined, z.string()],
  [undefined, z.array(z.string()).default([])],
  [undefined, z.record(z.string(), z.string()).default({})],
  ['false', z.boolean().default(false)],
  ['escalate', z.enum(['next', 'escalate']).default('escalate')],
  ['5m', duration({ defaultMs: 300_000 }).optional()],
])('the default %s', (words, schema) => {
  expect(defaultWords(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }))).toBe(words)
})
