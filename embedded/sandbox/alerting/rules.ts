import type { Scrape } from './scrape.ts'

export interface AlertRule {
  alertname: string
  severity: 'critical' | 'warning'
  /** Whether the condition holds now; undefined when the scrape has no data for it, which changes nothing. */
  holds(scrape: Scrape): boolean | undefined
  /** The alert fires once the condition has held this long, over at least two scrapes. */
  forMs: number
  summary: string
  description: string
}

/** All the sandbox can notice. Times are short so that a person who broke the shop need not wait. */
export const alertRules: readonly AlertRule[] = [
  {
    alertname: 'ShopDatabasePoolExhausted',
    severity: 'critical',
    holds: scrape => {
      const inUse = metric(scrape, 'shop_db_pool_in_use')
      const size = metric(scrape, 'shop_db_pool_size')
      const waiting = metric(scrape, 'shop_db_pool_waiting')
      if (inUse === undefined || size === undefined || waiting === undefined) return undefined
      return inUse / size >= 0.95 && waiting > 0
    },
    forMs: 3_000,
    summary: 'The database connection pool of the shop is exhausted',
    description:
      'At least 95 % of the pool is in use and requests wait for a connection; carts and checkouts fail.',
  },
  {
    alertname: 'ShopCacheErrors',
    severity: 'warning',
    holds: scrape => {
      const ratio = metric(scrape, 'shop_cache_error_ratio')
      return ratio === undefined ? undefined : ratio > 0.05
    },
    forMs: 3_000,
    summary: 'The shop reads invalid entries from its cache',
    description:
      'More than 5 % of the cache reads of the last 10 seconds were not valid; product pages answer 500.',
  },
  {
    alertname: 'ShopDown',
    severity: 'critical',
    // Only silence counts. A shop that answers, however unhappily (503 on /health), is degraded, and the cause has a rule
    // of its own.
    holds: scrape => !scrape.isAnswered,
    // Two failed scrapes in a row: they are a second apart, give or take a timer's jitter.
    forMs: 900,
    summary: 'The shop does not answer',
    description:
      'Two scrapes in a row got no answer: the connection was refused, broke off or stayed silent.',
  },
]

function metric(scrape: Scrape, name: string): number | undefined {
  return scrape.isAnswered ? scrape.values.get(name) : undefined
}
