import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** Stands in for where pages go and for Slack: both speak plain HTTP, and whatever else comes is a fault. */
export interface Receivers {
  pageUrl: string
  fallbackUrl: string
  /** Text of every page that came with a good signature, with the id it came under. */
  pages: { id: string; text: string }[]
  /** What was told beside Paramedic. */
  fallback: string[]
  faults: string[]
  close(): void
}

export async function startReceivers(pageSecret: string): Promise<Receivers> {
  const verifier = new Webhook(pageSecret)
  const received = { pages: [] as Receivers['pages'], fallback: [] as string[], faults: [] as string[] }

  async function receive(request: IncomingMessage): Promise<number> {
    const text = Buffer.concat(await request.toArray()).toString()
    if (request.url === '/slack') {
      received.fallback.push(text)
      return 200
    }
    if (request.url === '/pages') {
      // Of a request everything but its body is a string here; verify reads the three headers of the signature.
      verifier.verify(text, request.headers as Record<string, string>)
      received.pages.push({ id: String(request.headers['webhook-id']), text })
      return 204
    }
    throw new Error(`${request.method} ${request.url} is not expected`)
  }

  const server = createServer((request, response) => {
    receive(request).then(
      status => response.writeHead(status).end('ok'),
      (error: unknown) => {
        received.faults.push(String(error))
        response.writeHead(400).end()
      },
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has a numeric address.
  // Not 127.0.0.1, which in a container is the container itself, and is translated so.
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  return {
    ...received,
    pageUrl: `${url}/pages`,
    fallbackUrl: `${url}/slack`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
