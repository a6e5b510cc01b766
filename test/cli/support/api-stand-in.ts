import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Request {
  method: string
  /** Path with its query. */
  path: string
  body: unknown
  authorization: string | undefined
}

export type Answer = object | { status: number; body: object; headers?: Record<string, string> }

/** Paramedic's api as the CLI sees it: it knows the routes it was given and nothing else. */
export interface ApiStandIn {
  url: string
  requests: Request[]
  /** Calls nobody announced; must stay empty. */
  unexpected: string[]
  /** Sets what `GET /v1/...` answers; a function is asked every time. */
  on(route: string, answer: Answer | ((request: Request) => Answer)): void
  /** Opens a stream for every request of this path, whatever its query; the test writes to the newest. */
  onStream(path: string): LiveStream
  /** Hangs up on everybody, as a service that restarts; the port stays taken, so that no other test's service gets the calls. */
  setDown(isDown: boolean): void
  /** Everything that changes something, in order. */
  posts(): { path: string; body: unknown }[]
  close(): Promise<void>
}

export interface LiveStream {
  /** `Last-Event-ID` of every request, in order; undefined where there was none. */
  comebacks: (string | undefined)[]
  send(block: string): void
  /** Breaks the connection off. */
  cut(): void
}

export async function startApi(): Promise<ApiStandIn> {
  const routes = new Map<string, Answer | ((request: Request) => Answer)>()
  const requests: Request[] = []
  const unexpected: string[] = []
  const streams = new Map<string, (incoming: IncomingMessage, response: ServerResponse) => void>()
  let isDown = false
  const server = createServer((incoming, response) => {
    if (isDown) return void response.destroy()
    const stream = streams.get((incoming.url ?? '').split('?')[0]!)
    if (stream !== undefined) return stream(incoming, response)
    void readRequest(incoming).then(request => {
      requests.push(request)
      const route = routes.get(`${request.method} ${request.path}`)
      if (route === undefined) unexpected.push(`${request.method} ${request.path}`)
      const answer = route === undefined ? notAnnounced : typeof route === 'function' ? route(request) : route
      const { status, body, headers } = isFull(answer) ? answer : { status: 200, body: answer, headers: {} }
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    unexpected,
    on: (route, answer) => routes.set(route, answer),
    onStream: path => {
      let newest: ServerResponse | undefined
      const comebacks: (string | undefined)[] = []
      streams.set(path, (incoming, response) => {
        // Node keeps a repeated header as a list; this one is sent once.
        comebacks.push(incoming.headers['last-event-id'] as string | undefined)
        newest = response
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('id: 1\nevent: connected\ndata: {}\n\n')
      })
      return { comebacks, send: block => void newest?.write(block), cut: () => void newest?.destroy() }
    },
    setDown: now => {
      isDown = now
      if (isDown) server.closeAllConnections()
    },
    posts: () => requests.filter(({ method }) => method === 'POST').map(({ path, body }) => ({ path, body })),
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const notAnnounced = {
  status: 418,
  body: { error: { code: 'internal', message: 'unexpected call', hint: 'announce it' } },
}

function isFull(
  answer: Answer,
): answer is { status: number; body: object; headers?: Record<string, string> } {
  return 'status' in answer && 'body' in answer
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  let text = ''
  for await (const chunk of incoming) text += String(chunk)
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    body: text === '' ? undefined : JSON.parse(text),
    authorization: incoming.headers.authorization,
  }
}

/** A refusal as the api sends it. */
export function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message, hint: 'the hint of the service', requestId: 'r-1' } } }
}
