/** The one way out over HTTP: of checks, of rules, of pages. */
import { Client } from 'undici'
import { CodedError } from '../contracts/coded-error.ts'
import type { ConfiguredUrl } from '../contracts/configuration/names.ts'
import type { Secret } from '../contracts/secret.ts'

export interface HttpQuestion {
  /**
   * An address out of the configuration, which is trusted for exactly its host and port. What an alert, a runbook or an
   * answer names has another type and cannot be asked.
   */
  url: ConfiguredUrl | Secret
  /** Appended to the path of `url`, with its query: `/v2/enqueue`. It cannot leave the host and port. */
  path?: string
  /** Default `GET`. */
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** For everything together: name, connection, headers, body. */
  timeoutMs: number
  /** What comes after is not read. 0: the status is the whole answer, and a body that never ends is not waited for. */
  maxBytes: number
  signal: AbortSignal
}

export interface HttpAnswer {
  status: number
  /** Names in lower case; of a repeated header the first. */
  headers: Record<string, string>
  body: string
  isTruncated: boolean
  latencyMs: number
}

/**
 * Asks a URL once, on a connection of its own: a kept-alive one that the server just closed would look like a server that
 * is down. Redirects are not followed, an answer of the target is an answer. Throws what undici throws; the errors of a
 * connection name address and port, never the URL. Throws `internal` when `path` would lead to another host or port.
 */
export async function httpRequest(question: HttpQuestion): Promise<HttpAnswer> {
  const { timeoutMs, maxBytes, signal, body: sent } = question
  signal.throwIfAborted()
  const { origin, pathname, search, username, password } = addressOf(question)
  const client = new Client(origin, { pipelining: 0, connect: { timeout: Math.ceil(timeoutMs) } })
  const startedMs = performance.now()
  try {
    const { statusCode, headers, body } = await client.request({
      method: question.method ?? 'GET',
      path: `${pathname}${search}`,
      headers: { 'user-agent': 'paramedic', ...authorization(username, password), ...question.headers },
      ...(sent === undefined ? {} : { body: sent }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))]),
    })
    const latencyMs = performance.now() - startedMs
    return {
      status: statusCode,
      headers: firstOfEach(headers),
      latencyMs,
      ...(await readAtMost(body, maxBytes)),
    }
  } finally {
    await client.destroy()
  }
}

function addressOf({ url, path = '' }: HttpQuestion): URL {
  const configured = new URL(typeof url === 'string' ? url : url.reveal())
  if (path === '') return configured
  const address = new URL(`${configured.pathname.replace(/\/$/, '')}${path}`, configured)
  if (address.origin !== configured.origin)
    throw new CodedError('internal', 'A path of a request led away from the address it belongs to.')
  address.username = configured.username
  address.password = configured.password
  return address
}

// undici sends no credentials of a URL by itself.
function authorization(username: string, password: string): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

function firstOfEach(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value
      return first === undefined ? [] : [[name, first]]
    }),
  )
}

async function readAtMost(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ body: string; isTruncated: boolean }> {
  if (maxBytes === 0) return { body: '', isTruncated: true }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) break
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString(), isTruncated: length > maxBytes }
}
