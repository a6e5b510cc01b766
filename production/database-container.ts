import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { ensureDatabase, startPostgresServer, type PostgresServer } from '../embedded/postgres-server.ts'
import type { ProcessRegistry } from '../embedded/processes.ts'
import type { Addresses } from './addresses.ts'
import type { Container } from './container.ts'

/**
 * What the entry point of the image `postgres` does with POSTGRES_USER, POSTGRES_PASSWORD_FILE and POSTGRES_DB, on the PostgreSQL that
 * npm carries. Everybody but the superuser that looks whether it is up has to show his password.
 */
export async function startDatabaseContainer(
  container: Container,
  options: { addresses: Addresses; processes: ProcessRegistry; logFile: string },
): Promise<PostgresServer> {
  const { POSTGRES_USER: user = '', POSTGRES_DB: database = '' } = container.environment
  const password = await passwordOf(container)
  const maxConnections = /max_connections=(\d+)/.exec(container.command.join(' '))?.[1]
  const server = await startPostgresServer({
    dataDir: join(container.root, 'var/lib/postgresql'),
    port: options.addresses.portOf(container.name, 5432),
    logFile: options.logFile,
    processes: options.processes,
    ...(maxConnections === undefined ? {} : { maxConnections: Number(maxConnections) }),
  })
  await ensureDatabase(server, database)
  await demandPasswords(server, user, password)
  return server
}

/** The same question as the container's `pg_isready`, which npm's PostgreSQL does not have. */
export async function answersAsDatabase(container: Container, addresses: Addresses): Promise<boolean> {
  const { POSTGRES_USER: user = '', POSTGRES_DB: database = '' } = container.environment
  const client = new pg.Client({
    host: '127.0.0.1',
    port: addresses.portOf(container.name, 5432),
    user,
    database,
    password: await passwordOf(container),
    connectionTimeoutMillis: 2_000,
  })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function passwordOf({ environment }: Container): Promise<string> {
  return (await readFile(environment['POSTGRES_PASSWORD_FILE'] ?? '', 'utf8')).trim()
}

async function demandPasswords(server: PostgresServer, user: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const role = client.escapeIdentifier(user)
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [user])
    if (rowCount === 0) await client.query(`create role ${role} superuser login`)
    await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`)
    const { rows } = await client.query<{ hba_file: string }>('show hba_file')
    await writeFile(
      rows[0]?.hba_file ?? '',
      'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
    )
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
}
