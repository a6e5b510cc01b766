import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AlertmanagerPayload } from '../../embedded/sandbox/alerting/alertmanager-payload.ts'
import { startPostgresServer } from '../../embedded/postgres-server.ts'
import { freePort } from '../../embedded/ports.ts'
import type { SandboxPlace } from '../../embedded/sandbox/faults.ts'
import { readSandboxRecord } from '../../embedded/sandbox/sandbox-file.ts'
import { startSandbox, type Sandbox } from '../../embedded/sandbox/start.ts'

export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface TestSandbox extends Sandbox {
  dataDir: string
  place: SandboxPlace
  /** What the alerting posted, in order of arrival. */
  deliveries: AlertmanagerPayload[]
  /** Requests the alerting has no business sending; must stay empty. */
  unexpected: string[]
  /** SIGKILL, as a crash would. */
  killAlerting(): Promise<void>
  startAlerting(): void
  close(): Promise<void>
}

/**
 * The sandbox as `npm start` brings it up, with a receiver in the place of Paramedic's api. PostgreSQL is its own: on the
 * shared server another test may end idle sessions, which is exactly what this one watches.
 */
export async function openTestSandbox(options: {
  redisUrl: string | undefined
  withAlerting: boolean
}): Promise<TestSandbox> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const undo of closers.splice(0).reverse()) await undo()
  }
  try {
    return { ...(await bringUp(options, closers)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function bringUp(
  options: { redisUrl: string | undefined; withAlerting: boolean },
  closers: (() => Promise<unknown>)[],
): Promise<Omit<TestSandbox, 'close'>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paramedic-sandbox-'))
  closers.push(async () => rmSync(dataDir, { recursive: true, force: true }))
  const postgres = await startPostgresServer({ dataDir: join(dataDir, 'postgres'), isDurable: false })
  closers.push(() => postgres.kill())
  const api = await startReceiver(() => readFileSync(join(dataDir, 'sandbox/source-token'), 'utf8').trim())
  closers.push(api.close)

  let spawnAlerting = (): ChildProcess => {
    throw new Error('the sandbox has not said yet how its alerting starts')
  }
  let alerting: ChildProcess | undefined
  const startAlerting = (): void => {
    alerting = spawnAlerting()
  }
  const killAlerting = async (): Promise<void> => {
    if (alerting === undefined || alerting.exitCode !== null || alerting.signalCode !== null) return
    const gone = once(alerting, 'exit')
    alerting.kill('SIGKILL')
    await gone
  }
  const sandbox = await startSandbox({
    projectDir,
    dataDir,
    postgresUrl: postgres.url,
    redisUrl: options.redisUrl,
    shopPort: await freePort(),
    apiPort: api.port,
    say: () => undefined,
    spawnChild: (_name, script, env) => {
      const environment = { PATH: process.env['PATH'], ...env }
      spawnAlerting = () =>
        spawn(process.execPath, [join(projectDir, script)], { env: environment, stdio: 'ignore' })
      if (options.withAlerting) startAlerting()
    },
  })
  closers.push(sandbox.stop, killAlerting)
  await sandbox.start()
  const place = readSandboxRecord(dataDir)
  if (place === undefined) throw new Error('start() left no record of the sandbox')
  return {
    ...sandbox,
    dataDir,
    place,
    deliveries: api.deliveries,
    unexpected: api.unexpected,
    killAlerting,
    startAlerting,
  }
}

/** Stands in for Paramedic's api: takes Alertmanager's webhooks with the right token and notes everything else. */
async function startReceiver(token: () => string) {
  const deliveries: AlertmanagerPayload[] = []
  const unexpected: string[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then(body => {
      const isExpected =
        request.method === 'POST' &&
        request.url === '/v1/webhooks/alertmanager' &&
        request.headers.authorization === `Bearer ${token()}` &&
        request.headers['content-type'] === 'application/json'
      if (isExpected) deliveries.push(JSON.parse(body) as AlertmanagerPayload)
      else unexpected.push(`${request.method} ${request.url} ${body}`)
      response.writeHead(isExpected ? 202 : 404).end()
    })
  })
  const port = await listen(server)
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return { port, deliveries, unexpected, close }
}

/** Another numbered database of the same Redis, so that sandboxes do not see each other's entries. */
export function withRedisDatabase(redisUrl: string | undefined, database: number): string | undefined {
  return redisUrl === undefined ? undefined : `${redisUrl}/${database}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric address')
  return address.port
}
