import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openDatabase, type Pool } from '../../store/database.ts'
import { migrate } from '../../store/migrate.ts'

export interface FreshDatabase {
  name: string
  url: string
  pool: Pool
  /** Closes the pool and drops the database. */
  drop(): Promise<void>
}

/**
 * A migrated database of a test file's own, on the server whose superuser connection is given. `template` is one of these that
 * nobody is connected to: the new one begins with what it holds.
 */
export async function freshDatabase(serverUrl: string, template?: string): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `create database ${name}${template === undefined ? '' : ` template ${template}`}`)
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  // A whole harness lives on one pool: workers, relay and the test itself.
  const pool = openDatabase(url, { name, maxConnections: 20 })
  await migrate(pool)
  return {
    name,
    url,
    pool,
    async drop() {
      if (!pool.ended) await pool.end()
      await onServer(serverUrl, `drop database ${name} with (force)`)
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
