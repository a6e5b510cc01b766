import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgresServer } from '../../embedded/postgres-server.ts'
import { freePort } from '../../embedded/ports.ts'
import type { SandboxPlace } from '../../embedded/sandbox/faults.ts'
import { readSandboxRecord } from '../../embedded/sandbox/sandbox-file.ts'
import { startSandbox, type Sandbox } from '../../embedded/sandbox/start.ts'

export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface TestSandbox extends Sandbox {
  dataDir: string
  place: SandboxPlace
  close(): Promise<void>
}

/**
 * The sandbox as `npm start` brings it up, without Paramedic. PostgreSQL is its own: on the shared server another test may
 * end idle sessions, which is exactly what this one watches.
 */
export async function openTestSandbox(options: { redisUrl: string | undefined }): Promise<TestSandbox> {
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
  options: { redisUrl: string | undefined },
  closers: (() => Promise<unknown>)[],
): Promise<Omit<TestSandbox, 'close'>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paramedic-sandbox-'))
  closers.push(async () => rmSync(dataDir, { recursive: true, force: true }))
  const postgres = await startPostgresServer({ dataDir: join(dataDir, 'postgres'), isDurable: false })
  closers.push(() => postgres.kill())
  const sandbox = await startSandbox({
    projectDir,
    dataDir,
    postgresUrl: postgres.url,
    redisUrl: options.redisUrl,
    shopPort: await freePort(),
    say: () => undefined,
  })
  closers.push(sandbox.stop)
  await sandbox.start()
  const place = readSandboxRecord(dataDir)
  if (place === undefined) throw new Error('start() left no record of the sandbox')
  return { ...sandbox, dataDir, place }
}

/** Another numbered database of the same Redis, so that sandboxes do not see each other's entries. */
export function withRedisDatabase(redisUrl: string | undefined, database: number): string | undefined {
  return redisUrl === undefined ? undefined : `${redisUrl}/${database}`
}
