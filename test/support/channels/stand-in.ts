/** What the shared suite asks of every channel's stand-in: the service's real wire protocol, on loopback, misbehaving as told. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Notifier } from '../../../contracts/notice.ts'

/** `status` answers so; the others never answer, hang up at once, or take the notice and hang up before saying so. */
export type Behaviour =
  { status: number; retryAfterSeconds?: number } | 'hangs' | 'hangs-up' | 'loses-the-answer'

export interface Taken {
  /** What the protocol has for dropping doubles; undefined where it has nothing. */
  key: string | undefined
  /** Everything a person would see or a program would read, as it came off the wire. */
  shown: string
}

export interface StandIn {
  notifier: Notifier
  to?: string
  taken: Taken[]
  /** Requests that the real service would not have understood. */
  unexpected: string[]
  /** One request each; afterwards it behaves. */
  behave(...behaviours: Behaviour[]): void
  /** From now on nobody listens there. */
  leave(): Promise<void>
  /** Found in no error and no log. */
  secrets: string[]
}

/** A listening HTTP server that ends with the test. */
export async function listen(handler: RequestListener): Promise<{ url: string; leave: () => Promise<void> }> {
  const server = createServer(handler)
  const leave = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  onTestFinished(leave)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has a numeric address.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, leave }
}

/** A service that speaks HTTP: `read` returns what the request said, or why the service would not take it. */
export async function serveHttp(service: {
  read(request: IncomingMessage, body: string): Taken | { problem: string; status: number }
  accept(response: ServerResponse, taken: Taken): void
  refuse(response: ServerResponse, refusal: { status: number; retryAfterSeconds?: number }): void
}): Promise<Pick<StandIn, 'taken' | 'unexpected' | 'behave' | 'leave'> & { url: string }> {
  const taken: Taken[] = []
  const unexpected: string[] = []
  const behaviours: Behaviour[] = []

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString()
    const read = service.read(request, body)
    if ('problem' in read) {
      unexpected.push(read.problem)
      return service.refuse(response, read)
    }
    const behaviour = behaviours.shift()
    if (behaviour === 'hangs') return
    if (behaviour === 'hangs-up') return void response.destroy()
    if (typeof behaviour === 'object') return service.refuse(response, behaviour)
    taken.push(read)
    if (behaviour === 'loses-the-answer') response.destroy()
    else service.accept(response, read)
  }

  const { url, leave } = await listen((request, response) => void handle(request, response))
  return { url, leave, taken, unexpected, behave: (...next) => void behaviours.push(...next) }
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}

/** Every text inside a JSON value, as a reader would meet it. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

export const outside = { zone: 'Europe/Berlin', publicUrl: 'https://paramedic.example' }
export const silent = { warn() {} }
