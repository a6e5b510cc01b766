import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { AlertmanagerPayload } from '../../embedded/sandbox/alerting/alertmanager-payload.ts'
import { breakSandbox, healSandbox, sandboxStatus, type SandboxFault } from '../../embedded/sandbox/faults.ts'
import { openTestSandbox, withRedisDatabase, type TestSandbox } from '../support/sandbox.ts'

const redisUrl = withRedisDatabase(inject('redisUrl'), 9)

/** Three seconds of condition, the scrape before and the delivery after; the rest is for a busy machine. */
const firesWithin = { timeout: 20_000, interval: 100 }
/** Ten seconds until the gauges forget, five of being clear. */
const resolvesWithin = { timeout: 40_000, interval: 100 }

describe.skipIf(redisUrl === undefined)('alerts of the sandbox', () => {
  let sandbox: TestSandbox

  beforeAll(async () => {
    sandbox = await openTestSandbox({ redisUrl, withAlerting: true })
    await vi.waitUntil(async () => (await sandboxStatus(sandbox.place)).state === 'up', firesWithin)
  })
  afterEach(() => {
    expect(sandbox.unexpected).toEqual([])
    sandbox.deliveries.length = 0
  })
  afterAll(() => sandbox.close())

  it.each<[SandboxFault, string, string]>([
    ['idle-connections', 'ShopDatabasePoolExhausted', 'critical'],
    ['stale-cache', 'ShopCacheErrors', 'warning'],
    ['crash', 'ShopDown', 'critical'],
  ])(
    '%s fires %s and nothing else, and healing resolves it',
    { timeout: 70_000 },
    async (fault, alertname, severity) => {
      await breakSandbox(fault, sandbox.place)
      await vi.waitUntil(() => sandbox.deliveries.length > 0, firesWithin)
      expect((await sandboxStatus(sandbox.place)).faults).toEqual([fault])

      await healSandbox(fault, sandbox.place)
      await vi.waitUntil(() => lastOf(sandbox.deliveries)?.status === 'resolved', resolvesWithin)

      expect(new Set(sandbox.deliveries.map(delivery => delivery.groupLabels['alertname']))).toEqual(
        new Set([alertname]),
      )
      const [firing] = sandbox.deliveries
      const resolved = lastOf(sandbox.deliveries)
      expect(firing).toMatchObject({
        version: '4',
        status: 'firing',
        truncatedAlerts: 0,
        groupKey: `{}/{system="shop"}:{alertname="${alertname}"}`,
        alerts: [
          {
            labels: {
              alertname,
              severity,
              system: 'shop',
              environment: 'sandbox',
              instance: new URL(sandbox.place.shopUrl).host,
            },
            endsAt: '0001-01-01T00:00:00Z',
            fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          },
        ],
      })
      expect(new Set(sandbox.deliveries.map(delivery => delivery.alerts[0]?.startsAt)).size).toBe(1)
      expect(Date.parse(resolved?.alerts[0]?.endsAt ?? '')).toBeGreaterThan(
        Date.parse(firing?.alerts[0]?.startsAt ?? ''),
      )
      expect((await sandboxStatus(sandbox.place)).state).toBe('up')
    },
  )

  it(
    'an alerting that is killed while an alert fires resolves that same alert after its restart',
    { timeout: 60_000 },
    async () => {
      await breakSandbox('crash', sandbox.place)
      await vi.waitUntil(() => sandbox.deliveries.length > 0, firesWithin)
      await sandbox.killAlerting()
      await healSandbox('crash', sandbox.place)
      sandbox.startAlerting()
      await vi.waitUntil(() => lastOf(sandbox.deliveries)?.status === 'resolved', resolvesWithin)
      expect(new Set(sandbox.deliveries.map(delivery => delivery.alerts[0]?.startsAt)).size).toBe(1)
      expect(sandbox.deliveries.filter(delivery => delivery.status === 'resolved')).toHaveLength(1)
    },
  )
})

function lastOf(deliveries: AlertmanagerPayload[]): AlertmanagerPayload | undefined {
  return deliveries.at(-1)
}
