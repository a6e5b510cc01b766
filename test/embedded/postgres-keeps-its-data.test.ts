import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removePostgresData } from '../../embedded/postgres-binaries.ts'
import { ensureDatabase, startPostgresServer, type PostgresServer } from '../../embedded/postgres-server.ts'

let folder: string
let server: PostgresServer | undefined

beforeEach(async () => {
  // mkdtemp makes it 700, as a clone under a home folder is.
  folder = await mkdtemp(join(tmpdir(), 'paramedic-postgres-test-'))
})

afterEach(async () => {
  await server?.stop()
  await removePostgresData(folder)
})

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server?.url('kept') })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function startWithOneRow() {
  server = await startPostgresServer({ dataDir: folder, isDurable: false })
  await ensureDatabase(server, 'kept')
  await query('create table note (text text)')
  await query(`insert into note values ('written before')`)
}

test('a row is there after SIGKILL and a new start', async () => {
  await startWithOneRow()
  await server?.kill()
  server = await startPostgresServer({ dataDir: folder, isDurable: false })
  expect(await query('select text from note')).toEqual([{ text: 'written before' }])
})

test('a session that outlives its killed server does not keep the next one from starting', async () => {
  await startWithOneRow()
  const busy = new pg.Client({ connectionString: server?.url('kept') })
  busy.on('error', () => undefined)
  await busy.connect()
  const sleeping = busy.query('select pg_sleep(30)').catch(() => undefined)
  await server?.kill()
  await server?.restart()
  expect(await query('select text from note')).toEqual([{ text: 'written before' }])
  await sleeping
})

test('a restart keeps the port and the row', async () => {
  await startWithOneRow()
  const before = server?.port
  await server?.restart()
  expect(server?.port).toBe(before)
  expect(await query('select text from note')).toEqual([{ text: 'written before' }])
})

test('creating a database twice is no error', async () => {
  server = await startPostgresServer({ dataDir: folder, isDurable: false })
  await ensureDatabase(server, 'kept')
  await ensureDatabase(server, 'kept')
})
