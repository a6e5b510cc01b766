import pg from 'pg'
import type { Product } from './catalog.ts'

/** Size of the pool, and so the number of connections that a leak has to take. */
const poolSize = 20
/** A request waits this long for a connection before it fails; /health promises an answer in the same time. */
const connectionWaitMs = 1_000
/** A statement on 500 rows takes milliseconds; longer means the database is in trouble. */
const statementMs = 2_000
/** Old orders are of no use and the load never stops writing new ones. */
const keepOrdersFor = '1 hour'

export interface PoolUse {
  size: number
  inUse: number
  waiting: number
}

export interface ShopDatabase {
  ping(): Promise<void>
  product(id: number): Promise<Product | undefined>
  products(ids: number[]): Promise<Product[]>
  order(productId: number): Promise<number>
  forgetOldOrders(): Promise<void>
  use(): PoolUse
  /** Checks out connections and keeps them until none is left: the bug that `idle-connections` is. Returns how many it took. */
  leakAll(): Promise<number>
  leakedCount(): number
  /** Gives the leaked connections back, as the fixed code would. Returns how many. */
  releaseLeaked(): number
  close(): Promise<void>
}

export function createShopDatabase(url: string, log: (line: string) => void): ShopDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'shop',
    max: poolSize,
    connectionTimeoutMillis: connectionWaitMs,
    statement_timeout: statementMs,
  })
  const leaked = new Set<pg.PoolClient>()

  // Without these two listeners a connection that the server ends takes the whole process with it.
  pool.on('error', error => log(`idle connection lost: ${error.message}`))
  pool.on('connect', client => client.on('error', error => log(`connection lost: ${error.message}`)))

  const leakOne = async (): Promise<void> => {
    const client = await pool.connect()
    leaked.add(client)
    // The server may end the session meanwhile; the pool gets its place back only by a release.
    client.once('error', () => {
      if (leaked.delete(client)) client.release(true)
    })
    await client.query('SELECT id FROM products LIMIT 1')
  }

  const leakUntilExhausted = async (): Promise<number> => {
    const before = leaked.size
    while (leaked.size < poolSize) await leakOne()
    return leaked.size - before
  }
  let leaking: Promise<number> | undefined

  return {
    ping: async () => {
      await pool.query('SELECT 1')
    },
    product: async id => {
      const { rows } = await pool.query<Product>(
        'SELECT id, name, price_cents AS "priceCents" FROM products WHERE id = $1',
        [id],
      )
      return rows[0]
    },
    products: async ids => {
      const { rows } = await pool.query<Product>(
        'SELECT id, name, price_cents AS "priceCents" FROM products WHERE id = ANY($1) ORDER BY id',
        [ids],
      )
      return rows
    },
    order: async productId => {
      const { rows } = await pool.query<{ id: string }>(
        'INSERT INTO orders (product_id) VALUES ($1) RETURNING id',
        [productId],
      )
      return Number(rows[0]?.id)
    },
    forgetOldOrders: async () => {
      await pool.query('DELETE FROM orders WHERE placed_at < now() - $1::interval', [keepOrdersFor])
    },
    use: () => ({ size: poolSize, inUse: pool.totalCount - pool.idleCount, waiting: pool.waitingCount }),
    // Two at a time would starve each other: the second waits for connections that the first keeps.
    leakAll: () => (leaking ??= leakUntilExhausted().finally(() => (leaking = undefined))),
    leakedCount: () => leaked.size,
    releaseLeaked: () => {
      const count = leaked.size
      for (const client of leaked) client.release()
      leaked.clear()
      return count
    },
    close: async () => {
      for (const client of leaked) client.release(true)
      leaked.clear()
      await pool.end()
    },
  }
}
