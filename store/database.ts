import pg from 'pg'
import { CodedError, isCodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'

export type Pool = pg.Pool
/** Anything that runs a statement: the pool, or one connection inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>

// bigint columns are counters and row ids far below 2^53; a string would leak into every comparison.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Opens the pool on Paramedic's own database; every connection lives in the schema `paramedic`. */
export function openDatabase(
  url: string,
  options: { maxConnections?: number; name?: string; statementTimeoutMs?: number } = {},
): Pool {
  const { statementTimeoutMs: ms } = options
  // Also on the server: a statement nobody waits for any more must not hold its locks.
  const timeout = ms === undefined ? '' : ` -c statement_timeout=${ms} -c lock_timeout=${ms}`
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    application_name: options.name ?? 'paramedic',
    connectionTimeoutMillis: limits.databaseWaitMs,
    options: `-c search_path=paramedic -c timezone=UTC -c idle_in_transaction_session_timeout=${limits.idleInTransactionMs}${timeout}`,
  })
  // A connection that breaks is replaced by the pool, and the next query reports what is wrong. Both events are heard: what the pool
  // hears of its idle ones, and each connection's own for as long as it lives. As it changes hands nobody else listens, and a
  // server that goes in that moment would end the process.
  pool.on('error', () => {})
  pool.on('connect', client => void client.on('error', () => {}))
  return pool
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws. PostgreSQL gives it up when it asks nothing for
 * `idleMs`, milliseconds; default `limits.idleInTransactionMs`, of which work that waits for somebody else inside it needs more.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (tx: Queryable) => Promise<T>,
  { idleMs }: { idleMs?: number } = {},
): Promise<T> {
  return withCodedErrors(async () => {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      if (idleMs !== undefined)
        await client.query(`set local idle_in_transaction_session_timeout = ${idleMs}`)
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => void (broken = failure))
      throw error
    } finally {
      client.release(broken)
    }
  })
}

/** Turns "no database" into `database_unavailable`; everything else passes through. */
export async function withCodedErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isCodedError(error) || !isConnectionTrouble(error)) throw error
    throw new CodedError('database_unavailable', 'PostgreSQL of Paramedic did not answer.', { cause: error })
  }
}

/**
 * Was another transaction in the way? A deadlock or a serialization failure (SQLSTATE class 40), or a row it inserted first
 * (23505). The same work succeeds when it is tried again.
 */
export function wasOvertaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(40|23505$)/.test(String(error.code))
}

/** Network trouble, or a SQLSTATE of class 08 (connection), 53 (resources), 57P (operator), 57014 or 55P03 (timeouts). */
function isConnectionTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (/^(08|53|57P|57014|55P03)/.test(code) || /^E[A-Z]+$/.test(code)) return true
  return /timeout exceeded when trying to connect|Connection terminated|not queryable|starting up/.test(
    error.message,
  )
}
