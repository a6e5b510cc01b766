/** What the standard incident measures: a service that is well, and a metric that stays bad. */
import { createServer } from 'node:http'
import { freePort } from '../../embedded/ports.ts'

export interface Patient {
  url: string
  /** When the next request arrives, in wall time: the start of a check as its target sees it. */
  nextRequestAtMs(): Promise<number>
  stop(): Promise<void>
}

const metrics = '# TYPE bench_backlog gauge\nbench_backlog 100\n# TYPE bench_errors gauge\nbench_errors 0\n'

export async function startPatient(): Promise<Patient> {
  let waiting: ((atMs: number) => void)[] = []
  const server = createServer((request, response) => {
    const atMs = Date.now()
    for (const wake of waiting) wake(atMs)
    waiting = []
    const isMetrics = request.url === '/metrics'
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(isMetrics ? metrics : 'well')
  })
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    nextRequestAtMs: () => new Promise(resolve => waiting.push(resolve)),
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
