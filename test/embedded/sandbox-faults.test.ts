import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import pg from 'pg'
import { parse } from 'yaml'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { parseExposition } from '../../activities/targets/prometheus/exposition.ts'
import { createProcessDriver } from '../../activities/targets/service/process-driver.ts'
import { configurationSchema } from '../../contracts/configuration.ts'
import { breakSandbox, healSandbox, isSandboxFault, sandboxStatus } from '../../embedded/sandbox/faults.ts'
import { openTestSandbox, withRedisDatabase, type TestSandbox } from '../support/sandbox.ts'

const redisUrl = withRedisDatabase(inject('redisUrl'), 10)
const soon = { timeout: 20_000, interval: 50 }

let sandbox: TestSandbox

beforeAll(async () => {
  sandbox = await openTestSandbox({ redisUrl })
})
beforeEach(async () => {
  await healSandbox(undefined, sandbox.place)
  await vi.waitUntil(async () => (await sandboxStatus(sandbox.place)).state === 'up', soon)
})
afterAll(() => sandbox.close())

describe('idle-connections', () => {
  it('leaves twenty idle sessions in PostgreSQL and requests waiting, and /health says why', async () => {
    expect(await breakSandbox('idle-connections', sandbox.place)).toMatchObject({ isChanged: true })
    expect(await breakSandbox('idle-connections', sandbox.place)).toMatchObject({
      isChanged: false,
      message: expect.stringContaining('Already broken') as string,
    })
    await vi.waitUntil(async () => ((await metrics()).get('shop_db_pool_waiting') ?? 0) > 0, soon)
    expect((await metrics()).get('shop_db_pool_used_ratio')).toBe(1)
    expect(await idleSessions()).toBe(20)

    const health = await fetch(`${sandbox.place.shopUrl}/health`)
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({
      status: 'degraded',
      database: 'unreachable',
      reasons: [expect.stringContaining('database')],
    })
  })

  it('is over when the operator ends the sessions: the pool gets its places back', async () => {
    await breakSandbox('idle-connections', sandbox.place)
    const { rowCount } = await asOperator(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity ${ofThisShop} AND state = 'idle'`,
    )
    expect(rowCount).toBe(20)
    await vi.waitUntil(async () => (await sandboxStatus(sandbox.place)).state === 'up', soon)
    expect((await metrics()).get('shop_db_pool_used_ratio')).toBeLessThan(0.5)
    expect(starts()).toHaveLength(1)
  })
})

describe.skipIf(redisUrl === undefined)('stale-cache', () => {
  it('answers 500 for broken entries, which no reading repairs', async () => {
    expect(await breakSandbox('stale-cache', sandbox.place)).toMatchObject({ isChanged: true })
    expect(await breakSandbox('stale-cache', sandbox.place)).toMatchObject({ isChanged: false })
    for (const attempt of ['first', 'second']) {
      const response = await fetch(`${sandbox.place.shopUrl}/products/1`)
      expect(response.status, attempt).toBe(500)
    }
    await vi.waitUntil(async () => ((await metrics()).get('shop_cache_error_ratio') ?? 0) > 0.05, soon)
    expect((await fetch(`${sandbox.place.shopUrl}/health`)).status).toBe(200)
    await healSandbox('stale-cache', sandbox.place)
    expect((await fetch(`${sandbox.place.shopUrl}/products/1`)).status).toBe(200)
  })
})

describe('crash', () => {
  it('ends the process; healing starts it once more, as its own ledger says', async () => {
    const before = starts().length
    await breakSandbox('crash', sandbox.place)
    await vi.waitUntil(async () => (await sandboxStatus(sandbox.place)).state === 'down', soon)
    await expect(breakSandbox('stale-cache', sandbox.place)).rejects.toThrow(/npm start/)
    await Promise.all([healSandbox('crash', sandbox.place), healSandbox('crash', sandbox.place)])
    expect(starts()).toHaveLength(before + 1)
    expect(starts().at(-1)?.pid).toBe((await sandboxStatus(sandbox.place)).shop?.pid)
  })
})

describe('the sandbox', () => {
  it('stops within two seconds, broken or not', async () => {
    await breakSandbox('idle-connections', sandbox.place)
    const startedAt = performance.now()
    await sandbox.stop()
    expect(performance.now() - startedAt).toBeLessThan(2_500)
    expect(await createProcessDriver(sandbox.place.shop).identity()).toBeUndefined()
  })

  it('is not broken by a web page: requests with an Origin or a foreign Host are refused', async () => {
    expect(await crashStatus({ origin: 'https://example.org' })).toBe(403)
    expect(await crashStatus({ host: 'rebound.example.org' })).toBe(403)
    expect((await sandboxStatus(sandbox.place)).state).toBe('up')
  })

  it('works with roles that are not superusers', async () => {
    const { rows } = await asOperator<{ rolname: string; rolsuper: boolean }>(
      `SELECT rolname, rolsuper FROM pg_roles WHERE rolname IN ('shop', 'paramedic_operator') ORDER BY rolname`,
    )
    expect(rows).toEqual([
      { rolname: 'paramedic_operator', rolsuper: false },
      { rolname: 'shop', rolsuper: false },
    ])
    await expect(asOperator('SELECT * FROM orders')).rejects.toThrow(/permission denied/)
  })

  it('keeps its credentials to itself, and supplies every reference of its configuration', () => {
    for (const file of ['token', 'sandbox/generic-token', 'sandbox/page-secret', 'sandbox/sandbox.json']) {
      expect(statSync(join(sandbox.dataDir, file)).mode & 0o777, file).toBe(0o600)
    }
    expect(sandbox.env['PARAMEDIC_SANDBOX_TOKEN']).toMatch(/^paramedic_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/)
    const resolved = readFileSync(sandbox.configPath, 'utf8').replace(
      /\$\{env:([A-Z_]+)\}/g,
      (reference, name: string) => sandbox.env[name] ?? reference,
    )
    expect(resolved).not.toContain('${')
    expect(configurationSchema.safeParse(parse(resolved)).error).toBeUndefined()
  })

  it('knows its faults by name', () => {
    expect(['idle-connections', 'stale-cache', 'crash', 'toString'].map(isSandboxFault)).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})

describe('without Redis', () => {
  it('runs, says that the cache is off, and refuses to break it', { timeout: 30_000 }, async () => {
    const bare = await openTestSandbox({ redisUrl: undefined })
    try {
      await vi.waitUntil(async () => (await sandboxStatus(bare.place)).state === 'up', soon)
      expect(await (await fetch(`${bare.place.shopUrl}/health`)).json()).toMatchObject({
        status: 'up',
        cache: 'off',
      })
      await expect(breakSandbox('stale-cache', bare.place)).rejects.toThrow(/without a cache/)
      expect((await fetch(`${bare.place.shopUrl}/products/1`)).status).toBe(200)
      const configuration = readFileSync(bare.configPath, 'utf8')
      expect(configuration).not.toMatch(/shop-cache|REDIS|shop_cache/)
      expect(configuration).toContain('shop-api')
    } finally {
      await bare.close()
    }
  })
})

const ofThisShop = `WHERE usename = 'shop' AND application_name = 'shop'`

/** node:http, because fetch does not let anybody choose Host. */
async function crashStatus(headers: Record<string, string>): Promise<number | undefined> {
  const request = http
    .request(`${sandbox.place.shopUrl}/sandbox/break/crash`, { method: 'POST', headers })
    .end()
  // The listener of 'response' gets one argument.
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  return response.statusCode
}

async function idleSessions(): Promise<number> {
  const { rows } = await asOperator<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity ${ofThisShop} AND state = 'idle'`,
  )
  return rows[0]?.count ?? 0
}

async function asOperator<Row extends pg.QueryResultRow>(sql: string): Promise<pg.QueryResult<Row>> {
  const client = new pg.Client({ connectionString: sandbox.env['PARAMEDIC_SANDBOX_DATABASE_URL'] })
  await client.connect()
  try {
    return await client.query<Row>(sql)
  } finally {
    await client.end()
  }
}

async function metrics(): Promise<Map<string, number>> {
  const samples = parseExposition(await (await fetch(`${sandbox.place.shopUrl}/metrics`)).text())
  return new Map(samples.map(({ name, value }) => [name, value]))
}

function starts(): { pid: number }[] {
  const ledger = readFileSync(join(sandbox.dataDir, 'sandbox/shop-ledger.jsonl'), 'utf8')
  return ledger
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { pid: number })
}
