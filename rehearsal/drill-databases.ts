/** A database for each drill: a copy of one that is migrated once. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openDatabase, type Pool } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'

export interface DrillDatabases {
  /** One for the time of `work`; `index` counts what was lent before. */
  lend<T>(work: (database: DrillDatabase, index: number) => Promise<T>): Promise<T>
  /** Waits until what is dropped is gone. */
  close(): Promise<void>
}

export interface DrillDatabase {
  name: string
  pool: Pool
  url: string
}

/** Relay, activities and whoever acts hold a few at a time. */
const connectionsOfADrill = 8

/** @param serverUrl of a superuser, to a database that exists. */
export async function openDrillDatabases(serverUrl: string): Promise<DrillDatabases> {
  const server = new pg.Pool({ connectionString: serverUrl, max: 4 })
  const run = randomBytes(4).toString('hex')
  const template = `drill_${run}_template`
  const urlOf = (name: string): string => Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  await server.query(`create database ${template}`)
  const pool = openDatabase(urlOf(template), { maxConnections: 2 })
  await migrate(pool)
  await pool.end()
  const dropping = new Set<Promise<unknown>>()
  let count = 0
  return {
    async lend(work) {
      const index = count
      count += 1
      const name = `drill_${run}_${index}`
      await server.query(`create database ${name} template ${template}`)
      const own = openDatabase(urlOf(name), { name, maxConnections: connectionsOfADrill })
      try {
        return await work({ name, pool: own, url: urlOf(name) }, index)
      } finally {
        // Nobody waits for it.
        const gone = own.end().then(() => server.query(`drop database ${name} with (force)`))
        dropping.add(gone)
        void gone.catch(() => undefined).finally(() => dropping.delete(gone))
      }
    },
    async close() {
      await Promise.allSettled(dropping)
      await server.query(`drop database ${template}`)
      await server.end()
    },
  }
}
