/** A real service process for the tests of what starts and stops one. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { driverOf } from '../../activities/targets/service/identity.ts'
import { freePort } from '../../embedded/ports.ts'
import { serviceTarget } from './targets-under-test.ts'

/**
 * Writes `start <pid>` and `end <pid>` to a ledger. The port is the lock of what it serves: a second one beside it could
 * not listen and would write `conflict`.
 */
const service = `
  const { appendFileSync } = require('fs')
  const tell = event => appendFileSync(process.env.LEDGER, event + ' ' + process.pid + '\\n')
  tell('start')
  const mood = process.env.MOOD
  if (mood === 'falls-over') setTimeout(() => process.exit(1), 100)
  if (mood === 'deaf') process.on('SIGTERM', () => {})
  else process.on('SIGTERM', () => setTimeout(() => { tell('end'); process.exit(0) }, mood === 'slow-to-end' ? 2500 : 0))
  const answer = mood === 'sick' ? 503 : 200
  require('http')
    .createServer((_, response) => response.writeHead(answer).end('mood ' + mood))
    .on('error', () => { tell('conflict'); process.exit(1) })
    .listen(process.env.PORT, '127.0.0.1')`

/** A service of each test's own; what still runs after the test is ended. */
export function serviceUnderTest() {
  let folder: string
  let port: number

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'paramedic-service-'))
    port = await freePort()
  })

  afterEach(async () => {
    await driverOf(target()).stop({ graceMs: 0 })
    rmSync(folder, { recursive: true, force: true })
  })

  function target(mood = 'well', onPort = port) {
    return serviceTarget(`http://127.0.0.1:${onPort}/health`, {
      command: [process.execPath, '-e', service],
      directory: folder,
      environment: { LEDGER: join(folder, 'ledger'), PORT: String(port), MOOD: mood },
      pidFile: join(folder, 'service.pid'),
      logFile: join(folder, 'service.log'),
    })
  }

  async function started(mood = 'well') {
    const identity = await driverOf(target(mood)).start()
    await vi.waitUntil(
      async () => (await fetch(`http://127.0.0.1:${port}`).catch(() => undefined)) !== undefined,
      { timeout: 20_000 },
    )
    return identity
  }

  /** What its processes have written, a line an event. */
  function ledger(): string[] {
    const file = join(folder, 'ledger')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }

  return { target, started, ledger }
}
