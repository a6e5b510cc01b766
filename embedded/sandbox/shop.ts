/** The sandbox's shop: a small real service with a database pool, a cache and three ways to break. Runs as a process. */
import { appendFileSync } from 'node:fs'
import Fastify from 'fastify'
import { createNamedFiles } from '../../named-files.ts'
import { addBreakage } from './shop/breakage.ts'
import { createShopCache } from './shop/cache.ts'
import { createShopDatabase } from './shop/database.ts'
import { startLoad } from './shop/load.ts'
import { createShopMetrics } from './shop/metrics.ts'
import { addOperations } from './shop/operations.ts'
import { addStorefront, type ShopParts } from './shop/storefront.ts'

/** Whoever stops the shop waits for it; open requests are cut off after this. */
const stopWithinMs = 2_000
const houseworkEveryMs = 60_000

createNamedFiles(process.env).fill('PARAMEDIC_SHOP_DATABASE_URL')
await runShop({
  host: process.env['PARAMEDIC_SHOP_HOST'] || '127.0.0.1',
  port: Number(required('PARAMEDIC_SHOP_PORT')),
  databaseUrl: required('PARAMEDIC_SHOP_DATABASE_URL'),
  redisUrl: process.env['PARAMEDIC_SHOP_REDIS_URL'],
  ledgerFile: required('PARAMEDIC_SHOP_LEDGER'),
})

async function runShop(options: {
  /** Left out of reach of others unless a container has to be reached. */
  host: string
  port: number
  databaseUrl: string
  redisUrl: string | undefined
  ledgerFile: string
}): Promise<void> {
  const startedAt = new Date()
  // Before anything can fail: the ledger proves how often somebody started the shop, successfully or not.
  appendFileSync(
    options.ledgerFile,
    `${JSON.stringify({ startedAt: startedAt.toISOString(), pid: process.pid })}\n`,
  )

  const database = createShopDatabase(options.databaseUrl, log)
  const cache = options.redisUrl ? createShopCache(options.redisUrl, log) : undefined
  const parts: ShopParts = { database, cache, metrics: createShopMetrics(database.use, cache !== undefined) }

  const app = Fastify({ forceCloseConnections: true })
  addStorefront(app, parts)
  addOperations(app, parts)
  addBreakage(app, parts, startedAt)
  await app.listen({ host: options.host, port: options.port })
  log(`listening on ${options.host}:${options.port}, cache ${cache === undefined ? 'off' : 'on'}`)

  const endLoad = startLoad(`http://127.0.0.1:${options.port}`)
  const housework = setInterval(() => {
    void database.forgetOldOrders().catch((error: Error) => log(`old orders stay: ${error.message}`))
  }, houseworkEveryMs)

  const stop = async (): Promise<void> => {
    log('stopping')
    setTimeout(() => process.exit(0), stopWithinMs).unref()
    endLoad()
    clearInterval(housework)
    await app.close()
    await Promise.all([database.close(), cache?.close()])
    process.exit(0)
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => void stop())
}

function log(line: string): void {
  console.log(`${new Date().toISOString()} ${line}`)
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; the shop is started by \`npm start\``)
  return value
}
