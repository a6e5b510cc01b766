import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify'
import { z } from 'zod'
import { CodedError } from '../contracts/coded-error.ts'
import { incidentNumberPattern } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'

/** Gives handlers the types their route's zod schemas promise, and holds them to those of its replies. */
interface ZodTypeProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown
}

/** Our Fastify: routes declare zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Runs a route's zod schema; what does not fit becomes `bad_payload` (body) or `bad_request` (the rest), naming every field. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    // Fastify hands null for an absent body; a route whose fields are all optional takes that as an empty one.
    const read = schema.safeParse(data ?? {})
    return read.success ? { value: read.data } : { error: refusal(read.error, httpPart) }
  }
}

/** Fastify's words for the parts of a request, in those of whoever wrote it. */
const partNames: Record<string, string> = { body: 'body', params: 'path', querystring: 'query' }
/**
 * Replies are sent as they are. The compiler holds handlers to their schemas and every test of the api validates what is sent;
 * checking each reply once more would cost every request, and leaving out what the schema does not know would hide a mistake.
 */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = () => {
  return (data: unknown) => JSON.stringify(data)
}

function refusal(error: z.ZodError, part: string | undefined): CodedError {
  const faults = error.issues.map(issue => ({
    field: issue.path.map(String).join('.') || (partNames[part ?? ''] ?? 'request'),
    problem: issue.message,
  }))
  const told = faults.map(({ field, problem }) => `${field}: ${problem}`).join('; ')
  const message = `The ${partNames[part ?? ''] ?? 'request'} does not fit: ${told}.`
  return new CodedError(part === 'body' ? 'bad_payload' : 'bad_request', message, { fields: { faults } })
}

/** What people write: PostgreSQL cannot keep NUL, and half a surrogate pair is no text. */
export function writtenText(length: number): z.ZodType<string, string> {
  return z
    .string()
    .trim()
    .min(1)
    .max(length)
    .transform(text => text.replaceAll('\0', '\u{fffd}').toWellFormed())
}

/** A name to look something up by; PostgreSQL refuses to compare with NUL or half a surrogate pair. */
export function lookUpText(length: number): z.ZodType<string> {
  return z
    .string()
    .max(length)
    .refine(text => !text.includes('\0') && text.isWellFormed(), 'must be text without NUL')
}

export const incidentNumberText = z.string().regex(incidentNumberPattern, 'must look like INC-2026-01-31-001')

/** Inputs of a runbook as a person gives them. */
export const inputTexts = z.record(lookUpText(limits.labelNameLength), lookUpText(limits.inputTextLength))

/** The body of a request that says everything in its path. */
export const emptyBody = z.strictObject({})
