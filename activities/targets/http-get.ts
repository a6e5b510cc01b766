import { Client } from 'undici'

export interface HttpQuestion {
  url: string
  headers?: Record<string, string>
  /** For everything together: name, connection, headers, body. */
  timeoutMs: number
  /** What comes after is not read. */
  maxBytes: number
  signal: AbortSignal
}

export interface HttpAnswer {
  status: number
  body: string
  isTruncated: boolean
  latencyMs: number
}

/**
 * Asks a URL once, on a connection of its own: a kept-alive one that the server just closed would look like a server that
 * is down. Redirects are not followed, an answer of the target is an answer. Throws what undici throws; the errors of a
 * connection name address and port, never the URL.
 */
export async function httpGet({
  url,
  headers,
  timeoutMs,
  maxBytes,
  signal,
}: HttpQuestion): Promise<HttpAnswer> {
  signal.throwIfAborted()
  const { origin, pathname, search, username, password } = new URL(url)
  const client = new Client(origin, { pipelining: 0, connect: { timeout: Math.ceil(timeoutMs) } })
  const startedMs = performance.now()
  try {
    const { statusCode, body } = await client.request({
      method: 'GET',
      path: `${pathname}${search}`,
      headers: { 'user-agent': 'paramedic', ...authorization(username, password), ...headers },
      signal: AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))]),
    })
    const latencyMs = performance.now() - startedMs
    return { status: statusCode, latencyMs, ...(await readAtMost(body, maxBytes)) }
  } finally {
    await client.destroy()
  }
}

// undici sends no credentials of a URL by itself.
function authorization(username: string, password: string): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

async function readAtMost(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ body: string; isTruncated: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) break
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString(), isTruncated: length > maxBytes }
}
