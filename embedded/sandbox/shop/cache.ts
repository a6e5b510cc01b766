import { Redis } from 'ioredis'
import { productCount, type Product } from './catalog.ts'

const prefix = 'shop:catalog:'
/** Long enough that most reads hit, short enough that prices follow the database within a minute. */
const entrySeconds = 60
/** The broken entries outlive any incident: only deleting them helps. */
const staleEntrySeconds = 24 * 60 * 60
/** How many of the products a bad deployment wrote in the old format: four of five reads fail. */
const staleEntries = 400
/** Redis on the same machine answers in under a millisecond; later the database is the better source. */
const commandMs = 500
const reconnectEveryMs = 250
/** A shop that has just started is still connecting; what a person asks for is worth this wait, a customer's page is not. */
const readyWithinMs = 2_000

export type CacheRead =
  { found: 'valid'; product: Product } | { found: 'nothing' } | { found: 'invalid' } | { found: 'no-answer' }

export interface ShopCache {
  ping(): Promise<void>
  read(id: number): Promise<CacheRead>
  /** Does nothing when the cache does not answer: it is only a cache. */
  write(product: Product): Promise<void>
  invalidCount(): Promise<number>
  /** Overwrites entries with a format the shop cannot read: the bug that `stale-cache` is. */
  spoil(): Promise<number>
  removeInvalid(): Promise<number>
  close(): Promise<void>
}

export function createShopCache(url: string, log: (line: string) => void): ShopCache {
  const redis = new Redis(url, {
    connectionName: 'shop',
    commandTimeout: commandMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => reconnectEveryMs,
  })
  redis.on('error', (error: Error) => log(`cache: ${error.message}`))

  const keys = Array.from({ length: productCount }, (_, index) => `${prefix}${index + 1}`)
  const whenReady = async (): Promise<void> => {
    if (redis.status === 'ready') return
    await new Promise<void>(resolve => {
      const go = (): void => {
        clearTimeout(timer)
        redis.off('ready', go)
        resolve()
      }
      const timer = setTimeout(go, readyWithinMs)
      redis.once('ready', go)
    })
  }
  const invalidKeys = async (): Promise<string[]> => {
    await whenReady()
    const values = await redis.mget(keys)
    return keys.filter((_, index) => {
      const value = values[index]
      return typeof value === 'string' && parseProduct(value) === undefined
    })
  }

  return {
    ping: async () => {
      await redis.ping()
    },
    read: async id => {
      const value = await redis.get(`${prefix}${id}`).catch(() => undefined)
      if (value === undefined) return { found: 'no-answer' }
      if (value === null) return { found: 'nothing' }
      const product = parseProduct(value)
      return product === undefined ? { found: 'invalid' } : { found: 'valid', product }
    },
    write: async product => {
      await redis
        .set(`${prefix}${product.id}`, JSON.stringify(product), 'EX', entrySeconds, 'NX')
        .catch(() => undefined)
    },
    invalidCount: async () => (await invalidKeys()).length,
    spoil: async () => {
      const batch = redis.pipeline()
      for (const key of keys.slice(0, staleEntries)) batch.set(key, inOldFormat(key), 'EX', staleEntrySeconds)
      await batch.exec()
      return staleEntries
    },
    removeInvalid: async () => {
      const invalid = await invalidKeys()
      return invalid.length === 0 ? 0 : redis.unlink(...invalid)
    },
    close: async () => {
      redis.disconnect()
    },
  }
}

/** What a release before this one would have written. */
function inOldFormat(key: string): string {
  return `v1|${key.slice(prefix.length)}|discontinued|0`
}

function parseProduct(value: string): Product | undefined {
  try {
    const product: unknown = JSON.parse(value)
    return isProduct(product) ? product : undefined
  } catch {
    return undefined
  }
}

function isProduct(value: unknown): value is Product {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'number' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'priceCents' in value &&
    typeof value.priceCents === 'number'
  )
}
