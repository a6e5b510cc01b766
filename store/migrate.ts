import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { inTransaction, type Pool } from './database.ts'

const directory = new URL('./migrations/', import.meta.url)
/** Any constant does; two processes that start together must not migrate together. */
const advisoryLock = 7_074_600_001

/** Brings the schema `paramedic` up to date; waits while another process does the same. Returns what was applied. */
export async function migrate(pool: Pool): Promise<string[]> {
  const files = (await readdir(directory)).filter(name => name.endsWith('.sql')).toSorted()
  return inTransaction(pool, async tx => {
    await tx.query('select pg_advisory_xact_lock($1)', [advisoryLock])
    await tx.query('create schema if not exists paramedic')
    await tx.query(
      'create table if not exists migration (name text primary key, sha256 text not null, applied_at timestamptz not null default clock_timestamp())',
    )
    const { rows } = await tx.query<{ name: string; sha256: string }>('select name, sha256 from migration')
    const applied = new Map(rows.map(row => [row.name, row.sha256]))
    const fresh: string[] = []
    for (const name of files) {
      const sql = await readFile(new URL(name, directory), 'utf8')
      const sha256 = createHash('sha256').update(sql).digest('hex')
      const before = applied.get(name)
      if (before !== undefined && before !== sha256)
        throw new Error(`Migration ${name} was edited after it ran; add a new one instead.`)
      if (before !== undefined) continue
      await tx.query(sql)
      await tx.query('insert into migration (name, sha256) values ($1, $2)', [name, sha256])
      fresh.push(name)
    }
    return fresh
  })
}
