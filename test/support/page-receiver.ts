/** A receiver of pages on loopback: verifies every signature, remembers what came and when, and answers as told. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { Webhook } from 'standardwebhooks'
import type { Page } from '../../contracts/page.ts'

export interface ReceivedPage {
  /** `webhook-id`. */
  id: string
  page: Page
  atMs: number
}

type Answer = (response: ServerResponse) => void

export interface PageReceiver {
  url: string
  secret: string
  /** What came with a good signature, in order. */
  received: ReceivedPage[]
  /** Why anything else was not taken. */
  refused: string[]
  /** Answers the next requests so, one each; afterwards 204. */
  answerNext(...answers: (number | Answer)[]): void
}

export async function startPageReceiver(): Promise<PageReceiver> {
  const secret = `whsec_${Buffer.from('the canary of the page receiver').toString('base64')}`
  const webhook = new Webhook(secret)
  const received: ReceivedPage[] = []
  const refused: string[] = []
  const answers: (number | Answer)[] = []

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString()
    try {
      // Everything of a request but its body is a string here; verify reads the three webhook headers.
      const message = webhook.verify(body, request.headers as Record<string, string>) as { data: Page }
      received.push({ id: String(request.headers['webhook-id']), page: message.data, atMs: Date.now() })
    } catch (error) {
      refused.push(String(error))
      response.writeHead(401).end()
      return
    }
    const answer = answers.shift() ?? 204
    if (typeof answer === 'number') response.writeHead(answer).end()
    else answer(response)
  }

  const server = createServer((request, response) => void receive(request, response))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has a numeric address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/pages`,
    secret,
    received,
    refused,
    answerNext: (...next) => void answers.push(...next),
  }
}
