/** A Redis of a test's own that can be killed and started again on its port. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { freePort } from '../../embedded/ports.ts'

export interface RedisUnderTest {
  /** Of its database 0. */
  url: string
  /** The tester's own connection. */
  redis(): Redis
  /** Kills the server and starts an empty one behind the same address. */
  replace(): Promise<void>
  end(): Promise<void>
}

export async function startRedisUnderTest(): Promise<RedisUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'paramedic-redis-'))
  const port = await freePort()
  let running = await start(port, folder)
  return {
    url: `redis://127.0.0.1:${port}/0`,
    redis: () => running.redis,
    async replace() {
      await stop(running)
      running = await start(port, folder)
    },
    async end() {
      await stop(running)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface RunningRedis {
  server: ChildProcess
  redis: Redis
}

async function start(port: number, folder: string): Promise<RunningRedis> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
  redis.on('error', () => undefined)
  await vi.waitUntil(() => redis.status === 'ready', { timeout: 10_000 })
  return { server, redis }
}

async function stop({ server, redis }: RunningRedis): Promise<void> {
  redis.disconnect()
  const gone = once(server, 'exit')
  server.kill('SIGKILL')
  await gone
}
