import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { PoolUse } from './database.ts'
import { createSlidingRatio } from './sliding-ratio.ts'

/** Short, so that a person who broke the shop sees the gauges follow within seconds. */
const windowSeconds = 10
const serverErrorStatus = 500

export interface ShopMetrics {
  countRequest(route: string, status: number): void
  countCacheRead(isInvalid: boolean): void
  text(): Promise<string>
  contentType: string
}

/** @param hasCache without a cache its metrics are left out: a missing value is no data, a zero would be a claim. */
export function createShopMetrics(poolUse: () => PoolUse, hasCache: boolean): ShopMetrics {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })

  const requests = new Counter({
    name: 'shop_http_requests_total',
    help: 'Requests answered, by route and HTTP status',
    labelNames: ['route', 'status'],
    registers,
  })
  const requestErrors = createSlidingRatio(windowSeconds)
  const cacheErrors = createSlidingRatio(windowSeconds)
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }

  const startedSeconds = Date.now() / 1000
  gauge(
    'shop_started_time_seconds',
    'When this process started, in seconds since the epoch',
    () => startedSeconds,
  )
  gauge(
    'shop_http_error_ratio',
    'Share of requests answered with 5xx over the last 10 seconds',
    requestErrors.ratio,
  )
  gauge('shop_db_pool_size', 'Connections the database pool may have', () => poolUse().size)
  gauge('shop_db_pool_in_use', 'Connections checked out of the database pool', () => poolUse().inUse)
  gauge('shop_db_pool_waiting', 'Requests waiting for a database connection', () => poolUse().waiting)
  gauge('shop_db_pool_used_ratio', 'Connections in use / pool size', () => poolUse().inUse / poolUse().size)
  const invalidEntries = hasCache
    ? new Counter({
        name: 'shop_cache_entries_invalid_total',
        help: 'Cache entries read that were not valid',
        registers,
      })
    : undefined
  if (hasCache)
    gauge(
      'shop_cache_error_ratio',
      'Share of cache reads that were not valid over the last 10 seconds',
      cacheErrors.ratio,
    )

  return {
    countRequest: (route, status) => {
      requests.inc({ route, status })
      requestErrors.count(status >= serverErrorStatus)
    },
    countCacheRead: isInvalid => {
      cacheErrors.count(isInvalid)
      if (isInvalid) invalidEntries?.inc()
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}
