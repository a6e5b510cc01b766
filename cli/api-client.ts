import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCodes, hintOf } from '../contracts/error-codes.ts'
import type { ErrorReply } from '../contracts/views.ts'
import type { Connection } from './connection.ts'
import { Failure } from './failure.ts'
import { localStart } from './local-start.ts'
import { startProgress } from './progress.ts'
import { oneLine } from './terminal/plain-text.ts'
import { asTyped } from './terminal/shell-word.ts'

/** Longer than the service's own limits, so that its explanation arrives before we give up. */
const answerWithinMs = 10_000

export interface ApiClient {
  connection: Connection
  /** The answer as it came; throws Failure for everything that is not a 2xx. */
  get<T>(path: string, query?: Query): Promise<T>
  /** `withinMs` where the service itself takes longer than it usually does. */
  post<T>(path: string, body: Record<string, unknown>, withinMs?: number): Promise<T>
  put<T>(path: string, body: Record<string, unknown>, withinMs?: number): Promise<T>
  /** A file as it is kept; throws as `get` does. */
  file(path: string): Promise<Uint8Array>
  /** Any answer with JSON in it is one: `/readyz` answers 503 with what is down. */
  look<T>(path: string): Promise<{ status: number; body: T; serverTimeMs: number | undefined }>
}

export type Query = Record<string, string | number | boolean | undefined>

/** @param isQuiet whoever asks shows by himself that it takes long. */
export function createApiClient(connection: Connection, isQuiet = false): ApiClient {
  const { apiUrl, token } = connection
  const send = async (
    path: string,
    init: { method: string; headers?: Record<string, string>; body?: string },
    withinMs = answerWithinMs,
  ): Promise<Response> => {
    const progress = startProgress()
    if (!isQuiet) progress.say(`waiting for ${apiUrl}, at most ${withinMs / 1_000} s`)
    return fetch(`${apiUrl}${path}`, {
      ...init,
      headers: { accept: 'application/json', ...authorization(token), ...init.headers },
      signal: AbortSignal.timeout(withinMs),
      // A redirect could carry the token to another host.
      redirect: 'error',
    })
      .catch((cause: unknown) => {
        throw unreachable(connection, cause, withinMs)
      })
      .finally(() => progress.stop())
  }
  const change = async (
    method: 'POST' | 'PUT',
    path: string,
    body: Record<string, unknown>,
    withinMs: number | undefined,
  ): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const response = await send(path, { method, headers, body: JSON.stringify(body) }, withinMs)
    return answerOf(response, connection)
  }
  return {
    connection,
    get: async <T>(path: string, query: Query = {}) => {
      const response = await send(path + queryString(query), { method: 'GET' })
      return (await answerOf(response, connection)) as T
    },
    post: async <T>(path: string, body: Record<string, unknown>, withinMs?: number) =>
      (await change('POST', path, body, withinMs)) as T,
    put: async <T>(path: string, body: Record<string, unknown>, withinMs?: number) =>
      (await change('PUT', path, body, withinMs)) as T,
    file: async path => {
      const response = await send(path, { method: 'GET' })
      if (!response.ok) await answerOf(response, connection)
      return new Uint8Array(
        await response.arrayBuffer().catch((cause: unknown) => {
          throw unreachable(connection, cause)
        }),
      )
    },
    look: async <T>(path: string) => {
      const response = await send(path, { method: 'GET' })
      const body = (await jsonOf(response, connection)) as T
      const date = Date.parse(response.headers.get('date') ?? '')
      return { status: response.status, body, serverTimeMs: Number.isNaN(date) ? undefined : date }
    },
  }
}

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

function queryString(query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value))
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}

async function answerOf(response: Response, connection: Connection): Promise<unknown> {
  const body = await jsonOf(response, connection)
  if (response.ok) return body
  if (isErrorReply(body)) throw refusal(body, connection)
  throw strangeAnswer(response.status, connection)
}

async function jsonOf(response: Response, connection: Connection): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw unreachable(connection, cause)
  })
  if (text === '' && response.ok) return {}
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw strangeAnswer(response.status, connection)
  }
}

function isErrorReply(body: unknown): body is ErrorReply {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false
  const { error } = body
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}

/** A line of the service's hint stays one line: more of them would be ours. */
function refusal(reply: ErrorReply, connection: Connection): Failure {
  const { code, message, fields } = reply.error
  // A newer service may send a code and this program not know it.
  const known = Object.hasOwn(errorCodes, code) ? hintOf(code, fields) : undefined
  const hint =
    code === 'unauthenticated'
      ? `${connection.tokenTodo}\n(${connection.token === undefined ? 'none was sent' : 'the one that was sent is of'}: ${connection.tokenFrom})`
      : oneLine(reply.error.hint ?? known ?? 'npx paramedic doctor')
  return new Failure(code, message, { hint, reply })
}

function unreachable(connection: Connection, cause: unknown, withinMs = answerWithinMs): Failure {
  return new Failure(
    'service_unreachable',
    `Paramedic does not answer at ${connection.apiUrl} (${reasonOf(cause, withinMs)}); the address is from ${connection.from}.`,
    { hint: todoOf(connection), exitCode: 3, cause },
  )
}

/** A start of this machine is started again; what runs elsewhere can only be looked at from here. */
function todoOf({ from }: Connection): string {
  const start = localStart(from)
  if (start === undefined)
    return `see that Paramedic runs there (on this machine: npm start) and is reached from here, or correct ${from}; then repeat the command`
  if (start.pid !== undefined)
    return `\`npm start\` runs (pid ${start.pid}), so the api is starting or failing; why: tail ${asTyped(join(start.logs, 'api.log'))}`
  return `start it, then repeat the command: cd ${asTyped(start.project)} && npm start`
}

function strangeAnswer(status: number, { apiUrl, from }: Connection): Failure {
  return new Failure(
    'strange_answer',
    `What answers at ${apiUrl} is not Paramedic (HTTP ${status}, no JSON of ours).`,
    {
      hint: `correct the address in ${from}, or look what listens there`,
      exitCode: 3,
    },
  )
}

function reasonOf(cause: unknown, withinMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `no answer within ${withinMs / 1_000}s`
  // fetch hides the system's error one level down.
  const inner = cause.cause
  if (!(inner instanceof Error)) return cause.message
  return 'code' in inner ? String(inner.code) : inner.message
}

/** Waits between two looks at the service; ends early when the person stops. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
