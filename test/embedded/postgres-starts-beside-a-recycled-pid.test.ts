import { readFile, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { removePostgresData } from '../../embedded/postgres-binaries.ts'
import { startPostgresServer } from '../../embedded/postgres-server.ts'

test('the lock file of a killed server does not count when its pid belongs to another program by now', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paramedic-postgres-test-'))
  const killed = await startPostgresServer({ dataDir: folder, isDurable: false })
  await killed.kill()
  const lockFile = join(folder, 'cluster', 'postmaster.pid')
  const stranger = spawn('sleep', ['60'])
  const [, ...rest] = (await readFile(lockFile, 'utf8')).split('\n')
  await writeFile(lockFile, [stranger.pid, ...rest].join('\n'))

  const server = await startPostgresServer({ dataDir: folder, isDurable: false })

  expect(stranger.exitCode).toBeNull()
  await server.stop()
  stranger.kill()
  await removePostgresData(folder)
})
