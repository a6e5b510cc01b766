/** A database with two pools on it, as two processes have them, and what races leave behind in it. */
import { afterAll, beforeAll, inject } from 'vitest'
import { isCodedError } from '../../contracts/coded-error.ts'
import type { CodedError } from '../../contracts/coded-error.ts'
import type { NewEntry } from '../../contracts/timeline.ts'
import { openDatabase, type Pool } from '../../store/database.ts'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'

export interface TwoSides {
  url: string
  /** People's side, the api. */
  pool: Pool
  /** The other process: a worker. */
  other: Pool
}

/** One database for a test file; dropped after its last test. */
export function twoSides(): TwoSides {
  const sides = {} as TwoSides
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase(inject('postgresUrl'))
    const other = openDatabase(database.url, { name: 'the other side' })
    Object.assign(sides, { url: database.url, pool: database.pool, other })
  })
  afterAll(async () => {
    await sides.other.end()
    await database.drop()
  })
  return sides
}

export type Answered<T> = { value: T } | { refused: CodedError }

/** What somebody was told: the value, or the refusal. Anything else is a failure of the test. */
export async function answered<T>(work: Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await work }
  } catch (error) {
    if (!isCodedError(error)) throw error
    return { refused: error }
  }
}

type Entry = { seq: number; kind: NewEntry['kind']; data: Record<string, unknown> }

/** The whole audit log, oldest first. Its numbers are the order of commits: the head row is locked until each one. */
export async function auditLog(pool: Pool): Promise<Entry[]> {
  const { rows } = await pool.query<{ seq: number; content: string }>(
    'select seq, content from audit_entry order by seq',
  )
  return rows.map(row => ({ seq: row.seq, ...(JSON.parse(row.content) as Omit<Entry, 'seq'>) }))
}

/** Deadlocks PostgreSQL had to break in this database. */
export async function countDeadlocks(pool: Pool): Promise<number> {
  await pool.query('select pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  return rows[0]!.deadlocks
}
