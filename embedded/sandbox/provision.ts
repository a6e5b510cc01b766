import pg from 'pg'
import { productCount } from './shop/catalog.ts'

/** Serialises two starts at once; the number means nothing, it is only ours. */
const provisionLock = 7_302_114
/** PostgreSQL manual, appendix A. */
const duplicateDatabase = '42P04'

/**
 * Brings the shop's database into shape, whatever shape it was in: database and role `shop`, its tables and products,
 * and `paramedic_operator`, which may look at every session and end those of others, and nothing more.
 * `passwords` are for servers that do not trust every connection; `postgresUrl` then has to carry them.
 */
export async function provisionShop(
  postgresUrl: (database: string, user?: string) => string,
  passwords: { shop?: string; paramedic_operator?: string } = {},
): Promise<void> {
  await withClient(postgresUrl('postgres'), async client => {
    await client.query('SELECT pg_advisory_lock($1)', [provisionLock])
    await client.query(rolesSql)
    for (const [role, password] of Object.entries(passwords)) {
      // Utility statements take no parameters.
      await client.query(
        `ALTER ROLE ${client.escapeIdentifier(role)} PASSWORD ${client.escapeLiteral(password)}`,
      )
    }
    try {
      await client.query('CREATE DATABASE shop OWNER shop')
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === duplicateDatabase)) throw error
    }
    await client.query(databaseRightsSql)
    // The lock of this session covers the seed as well.
    await withClient(postgresUrl('shop', 'shop'), async shop => {
      await shop.query(tablesSql)
      await shop.query(seedSql, [productCount])
    })
  })
}

const rolesSql = `
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') THEN CREATE ROLE shop; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'paramedic_operator') THEN CREATE ROLE paramedic_operator; END IF;
  END
  $$;
  ALTER ROLE shop LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  ALTER ROLE paramedic_operator LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  GRANT pg_monitor, pg_signal_backend TO paramedic_operator;
`

const databaseRightsSql = `
  ALTER DATABASE shop OWNER TO shop;
  REVOKE ALL ON DATABASE shop FROM PUBLIC;
  GRANT CONNECT ON DATABASE shop TO paramedic_operator;
`

const tablesSql = `
  CREATE TABLE IF NOT EXISTS products (
    id integer PRIMARY KEY,
    name text NOT NULL,
    price_cents integer NOT NULL CHECK (price_cents > 0)
  );
  CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id integer NOT NULL REFERENCES products (id),
    placed_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX IF NOT EXISTS orders_placed_at ON orders (placed_at);
`

const seedSql = `
  INSERT INTO products (id, name, price_cents)
  SELECT id, 'Product ' || id, 100 + (id * 37) % 9900 FROM generate_series(1, $1::integer) AS id
  ON CONFLICT (id) DO NOTHING
`

async function withClient(
  connectionString: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
