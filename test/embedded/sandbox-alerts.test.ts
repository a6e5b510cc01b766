import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { createMetricReader } from '../../activities/targets/metric-reader.ts'
import { loadConfiguration } from '../../configuration.ts'
import type { RuleView } from '../../contracts/rule-views.ts'
import { breakSandbox, healSandbox, sandboxStatus, type SandboxFault } from '../../embedded/sandbox/faults.ts'
import { editionOf } from '../../rules/edition.ts'
import { createRuleEngine } from '../../rules/engine.ts'
import { listRules } from '../../store/rule-views.ts'
import { eventsOf } from '../support/rule-engines.ts'
import { openTestSandbox, withRedisDatabase, type TestSandbox } from '../support/sandbox.ts'
import { twoSides } from '../support/two-sides.ts'

const redisUrl = withRedisDatabase(inject('redisUrl'), 9)
const sides = twoSides()

/** Three seconds of condition and the scrape before; the rest is for a busy machine. */
const firesWithin = { timeout: 20_000, interval: 100 }
/** Ten seconds until the gauges forget, five of being clear. */
const resolvesWithin = { timeout: 40_000, interval: 100 }

describe.skipIf(redisUrl === undefined)('alerts of the sandbox', () => {
  let sandbox: TestSandbox
  const stopping = new AbortController()
  let engine: Promise<void>

  beforeAll(async () => {
    sandbox = await openTestSandbox({ redisUrl })
    await vi.waitUntil(async () => (await sandboxStatus(sandbox.place)).state === 'up', firesWithin)
    const configuration = loadConfiguration(sandbox.configPath, { variables: sandbox.env })
    const log = { info: () => {}, error: (fields: object) => expect.fail(JSON.stringify(fields)) }
    const measure = createMetricReader(configuration.targets)
    engine = createRuleEngine(sides.pool, editionOf(configuration, undefined), measure, log).run(
      stopping.signal,
    )
  })
  afterAll(async () => {
    stopping.abort()
    await engine
    await sandbox.close()
  })

  const told = (rule: string) => eventsOf(sides.pool, rule)
  const rules = async (): Promise<RuleView[]> => (await listRules(sides.pool, { limit: 10 })).rules

  it.each<[SandboxFault, string, string, string]>([
    ['idle-connections', 'shop-pool-exhausted', 'ShopDatabasePoolExhausted', 'critical'],
    ['stale-cache', 'shop-cache-errors', 'ShopCacheErrors', 'warning'],
    ['crash', 'shop-down', 'ShopDown', 'critical'],
  ])(
    '%s fires %s and nothing else, and healing resolves it',
    { timeout: 70_000 },
    async (fault, rule, alertname, severity) => {
      const before = (await rules()).filter(({ phase }) => phase !== 'inactive')
      expect(before).toEqual([])
      await breakSandbox(fault, sandbox.place)
      await vi.waitUntil(async () => (await told(rule)).length > 0, firesWithin)
      expect((await sandboxStatus(sandbox.place)).faults).toEqual([fault])

      await healSandbox(fault, sandbox.place)
      await vi.waitUntil(async () => (await told(rule)).at(-1)?.status === 'resolved', resolvesWithin)

      const [firing, resolved, ...more] = await told(rule)
      expect(more).toEqual([])
      expect(firing).toMatchObject({
        status: 'firing',
        labels: { alertname, severity, system: 'shop', environment: 'sandbox', rule },
      })
      expect(resolved?.startsAtMs).toBe(firing?.startsAtMs)
      expect((await sandboxStatus(sandbox.place)).state).toBe('up')
      const others = (await rules()).filter(({ name }) => name !== rule)
      for (const { name } of others) expect((await told(name)).length % 2, name).toBe(0)
    },
  )

  it('each fault fired its own alert, once', async () => {
    for (const { name } of await rules()) expect(await told(name), name).toHaveLength(2)
  })
})
