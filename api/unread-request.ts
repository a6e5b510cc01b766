import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { CodedError } from '../contracts/coded-error.ts'
import { toErrorReply } from './error-reply.ts'

/**
 * Answers what is no HTTP request, or too slow or too long a one: no route and no hook ever sees it, and its sender is owed a
 * code all the same. Nothing of what was sent is repeated.
 */
export function refuseUnread(error: Error & { code?: string }, socket: Socket): void {
  // https://nodejs.org/api/http.html#event-clienterror: after a reset there is nobody to answer.
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable) socket.write(answerTo(error.code))
  socket.destroy(error)
}

function answerTo(code: string | undefined): string {
  const { message, hint } = troubles[code ?? ''] ?? malformed
  const refused = new CodedError('bad_request', message, { hint })
  const body = JSON.stringify(toErrorReply(refused, randomUUID()))
  return [
    `HTTP/1.1 ${refused.httpStatus} ${STATUS_CODES[refused.httpStatus]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n')
}

const malformed = {
  message: 'What was sent is no HTTP/1.1 request.',
  hint: 'Speak HTTP to this port; a proxy in between may have to be told so.',
}

const troubles: Record<string, typeof malformed> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    message: 'The request did not arrive in time.',
    hint: 'Send the whole request at once.',
  },
  HPE_HEADER_OVERFLOW: {
    message: 'The path and the headers are longer than 16 KiB.',
    hint: 'Send less in them; what is long belongs into the body.',
  },
}
