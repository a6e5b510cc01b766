import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { startRedisServer } from '../../embedded/redis-server.ts'
import { SetupError } from '../../embedded/setup-error.ts'

afterEach(() => vi.unstubAllEnvs())

test('without redis-server on PATH the error has one install line a platform', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paramedic-redis-test-'))
  vi.stubEnv('PATH', folder)
  const error = await startRedisServer({ dataDir: folder }).catch((caught: unknown) => caught)
  if (!(error instanceof SetupError)) throw new Error('expected a SetupError', { cause: error })
  expect(error.code).toBe('redis_missing')
  expect(error.hint).toContain('sudo apt-get install -y redis-server')
  expect(error.hint).toContain('brew install redis')
  await rm(folder, { recursive: true })
})
