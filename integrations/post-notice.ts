/** How the channels that speak HTTP post, and what an answer means. */
import { CodedError } from '../contracts/coded-error.ts'
import type { ConfiguredUrl } from '../contracts/configuration/names.ts'
import { limits } from '../contracts/limits.ts'
import type { Secret } from '../contracts/secret.ts'
import { type HttpAnswer, httpRequest } from '../outgoing/http-request.ts'

interface Post {
  /** Name of the channel, for errors. */
  channel: string
  url: ConfiguredUrl | Secret
  path?: string
  headers?: Record<string, string>
  body: string
  /** False: the status says everything. */
  readsAnswer: boolean
  signal: AbortSignal
}

/** Posts JSON; any answer is one. Throws `target_unavailable` when there is none. */
export async function postNotice({ channel, headers = {}, readsAnswer, ...post }: Post): Promise<HttpAnswer> {
  try {
    return await httpRequest({
      ...post,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      timeoutMs: limits.notifierTimeoutMs,
      maxBytes: readsAnswer ? limits.notifierAnswerBytes : 0,
    })
  } catch (error) {
    // No cause and no message: a path can be a credential (Telegram), and so can an address (Slack).
    throw new CodedError('target_unavailable', `Channel ${channel} did not answer: ${reasonOf(error)}.`)
  }
}

export function isTaken({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300
}

/**
 * The error of an answer that is none: 408, 425, 429 and 5xx may be better later, everything else stays as it is; a redirect
 * too, because what it names is not an address of the configuration.
 *
 * @param said the service's own word for it, if it is one that can be shown.
 */
export function refusalOf(
  channel: string,
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  {
    said,
    retryAfterMs = retryAfterOf(headers['retry-after']),
  }: { said?: string; retryAfterMs?: number } = {},
): CodedError {
  const isPassing = status >= 500 || [408, 425, 429].includes(status)
  const word = said === undefined ? '' : ` (${said})`
  return new CodedError(
    isPassing ? 'target_unavailable' : 'target_rejected',
    `Channel ${channel} answered ${status}${word}.`,
    { fields: { status, ...(isPassing && retryAfterMs !== undefined ? { retryAfterMs } : {}) } },
  )
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

/** A word such as `channel_not_found`: short, and of a shape in which nothing is hidden. */
export function wordIn(text: unknown): string | undefined {
  return typeof text === 'string' && /^[a-z][a-z0-9_ .:'-]{0,79}$/i.test(text.trim())
    ? text.trim()
    : undefined
}

export function jsonIn(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    // An object's keys are strings; what they hold is looked at where it is used.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The system's word for a connection that failed; its message would name the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.name === 'TimeoutError' ? 'no answer in time' : error.name
}
