import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDataFolder } from '../../embedded/data-folder.ts'
import { freePort } from '../../embedded/ports.ts'
import { openProcessRegistry } from '../../embedded/processes.ts'
import { SetupError } from '../../embedded/setup-error.ts'
import { startServers } from '../../embedded/start-servers.ts'
import { createStopList } from '../../embedded/stop-list.ts'
import { findTemporalProgram } from '../../embedded/temporal-program.ts'

let bare: string

beforeEach(async () => {
  bare = await mkdtemp(join(tmpdir(), 'paramedic-bare-'))
  vi.stubEnv('PATH', bare)
  vi.stubEnv('XDG_CACHE_HOME', bare)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(bare, { recursive: true })
})

test('without Temporal and without Go there is one install line a platform', async () => {
  const error = await refusal()
  expect(error.message).toContain('no Go to build')
  for (const line of ['apt-get install -y golang-go', 'dnf install -y golang', 'brew install go'])
    expect(error.hint.split('\n').filter(one => one.endsWith(line))).toHaveLength(1)
  expect(error.hint).toContain('PARAMEDIC_TEMPORAL_ADDRESS=')
})

test('a Go that cannot fetch newer ones is too old, and said to be', async () => {
  await writeFile(join(bare, 'go'), '#!/bin/sh\necho go version go1.19.8 linux/amd64\n')
  await chmod(join(bare, 'go'), 0o755)
  const error = await refusal()
  expect(error.message).toContain(`no Go 1.21 or newer (${join(bare, 'go')} is 1.19)`)
  expect(error.hint).toContain('bookworm-backports')
})

test('the rest is started without it', async () => {
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const folder = await openDataFolder(bare)
  const port = await freePort()
  const servers = await startServers({
    folder,
    processes: openProcessRegistry(folder.processes),
    stopList: createStopList(say),
    env: { PARAMEDIC_DATABASE_URL: 'postgresql://somewhere.example/paramedic' },
    needsSandbox: false,
    ports: { api: port, temporal: port, postgres: port, redis: port, shop: port },
    say,
  })
  expect(servers).toMatchObject({ isTemporalMissing: true, temporalAddress: `127.0.0.1:${port}` })
  expect(said.join('\n')).toContain('Without it alerts are taken and become incidents')
  expect(said.join('\n')).toContain('brew install go')
})

async function refusal(): Promise<SetupError> {
  const error = await findTemporalProgram({ say: () => {} }).catch((caught: unknown) => caught)
  if (!(error instanceof SetupError)) throw new Error('expected a SetupError', { cause: error })
  expect(error.code).toBe('temporal_missing')
  return error
}
