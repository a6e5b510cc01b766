import { randomInt } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, isCodedError } from '../contracts/coded-error.ts'
import type { ErrorCode } from '../contracts/error-codes.ts'
import type { ErrorReply } from '../contracts/views.ts'

/** Answers a request that failed: the code, one sentence, what to do. Unknown errors tell the log and nobody else. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const coded = toCodedError(error)
  if (coded.family === 'bug')
    request.log.error({ err: error, requestId: request.id }, 'a request failed by our own fault')
  if (coded.family === 'unavailable')
    request.log.warn({ code: coded.code, cause: causeOf(coded), requestId: request.id }, coded.message)
  if (coded.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  // RFC 9110 section 12.5.3: what this route would take.
  if (coded.code === 'unsupported_encoding') reply.header('accept-encoding', 'identity')
  // Spread over some seconds, or everybody comes back at once.
  if (coded.httpStatus === 503) reply.header('retry-after', String(randomInt(1, 6)))
  if (hasLongUnreadBody(request)) reply.header('connection', 'close')
  request.errorCode = coded.code
  return reply.code(coded.httpStatus).send(toErrorReply(coded, request.id))
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request was refused; the request log and the counters read it. */
    errorCode: ErrorCode | null
  }
}

export function toErrorReply(error: CodedError, requestId: string): ErrorReply {
  const { code, message, hint, fields } = error
  return {
    error: { code, message, hint, requestId, ...(Object.keys(fields).length === 0 ? {} : { fields }) },
  }
}

/** Gives any error a code of ours; its own words stay behind unless they were written for people. */
export function toCodedError(error: unknown): CodedError {
  if (isCodedError(error)) return error
  const known = fastifyErrors.find(({ code }) => code === codeOf(error))
  if (known !== undefined) return new CodedError(known.means, known.message, { cause: error })
  if (isClientFault(error))
    return new CodedError('bad_request', 'The request could not be read.', { cause: error })
  return new CodedError('internal', 'The request failed by a fault of Paramedic.', { cause: error })
}

/** Fastify's own errors (docs/Reference/Errors.md) in our words. */
const fastifyErrors: readonly { code: string; means: ErrorCode; message: string }[] = [
  {
    code: 'FST_ERR_CTP_BODY_TOO_LARGE',
    means: 'too_large',
    message: 'The body is longer than this route takes.',
  },
  {
    code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    means: 'unsupported_media_type',
    message: 'The body is not sent as application/json.',
  },
  { code: 'FST_ERR_CTP_INVALID_JSON_BODY', means: 'bad_json', message: 'The body is not JSON.' },
  {
    code: 'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    means: 'bad_request',
    message: 'The body is not as long as its content-length says.',
  },
]

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function isClientFault(error: unknown): boolean {
  if (!(error instanceof Error && 'statusCode' in error)) return false
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500
}

/** The class and code of what lies behind; messages of drivers may quote what they were given. */
function causeOf(error: CodedError): string | undefined {
  if (!(error.cause instanceof Error)) return undefined
  return 'code' in error.cause ? `${error.cause.name} ${String(error.cause.code)}` : error.cause.name
}

/** A short body is swallowed and the connection goes on; for a long one that nobody wants, hanging up is cheaper. */
const swallowedBytes = 64 * 1024

function hasLongUnreadBody({ raw }: FastifyRequest): boolean {
  if (raw.complete) return false
  return (
    raw.headers['transfer-encoding'] !== undefined ||
    Number(raw.headers['content-length'] ?? 0) > swallowedBytes
  )
}
