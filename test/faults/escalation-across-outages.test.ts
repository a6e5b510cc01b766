/**
 * Goal: every level pages once and in time, whatever is down when it is due. Method: an escalation of seconds on the real clock,
 * pages received over HTTP with their signature; the worker, Temporal and PostgreSQL are killed across deadlines.
 */
import { expect, test } from 'vitest'
import { acknowledge } from '../../store/acts.ts'
import { eventually } from '../support/incident-harness.ts'
import { startOwnPostgres, startOwnTemporal } from '../support/own-servers.ts'
import { type PageReceiver, startPageReceiver } from '../support/page-receiver.ts'
import { startWorld, type World } from '../support/real-world.ts'

/** DESIGN promise 7. */
const punctualMs = 5_000
const afterRecoveryMs = 10_000

const escalating = (levels: string): string => `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: escalating, title: Escalating, owner: test }
match: alert.labels.alertname == "Escalating"
triage: { severity: [ { is: SEV2 } ] }
hold: 100ms
escalate:
${levels}`

test('worker and Temporal are killed across a deadline: each level pages once, and only the one in between is late', async () => {
  const receiver = await startPageReceiver()
  const temporal = await startOwnTemporal()
  const world = await startWorld({
    temporalAddress: temporal.address,
    pageWebhook: receiver,
    runbooks: [
      escalating(`  - { after: 0s, page: [on-call] }
  - { after: 4s, unless: resolved, page: [on-call] }
  - { after: 8s, unless: acknowledged, page: [senior] }
  - { after: 60s, unless: acknowledged, page: [senior] }
  - { after: 62s, unless: resolved, page: [platform-lead] }
`),
    ],
  })
  const worker = world.startWorker()
  await worker.says('worker ready')
  const { number, openedAtMs } = await fire(world)
  await pagesCame(receiver, 2)
  // A crash between a page and its record may repeat the page; that is another promise, tested elsewhere.
  await recordedPages(world, number, 2)

  await Promise.all([worker.kill(), temporal.kill()])
  await eventually(async () => Date.now() > openedAtMs + 8_000)
  await temporal.restart()
  const second = world.startWorker()
  await second.says('worker ready')
  const recoveredAtMs = Date.now()
  await pagesCame(receiver, 3)
  await acknowledge(world.pool, { number, by: 'ana', atMs: Date.now() })
  await pagesCame(receiver, 4)

  expect(receiver.refused).toEqual([])
  expect(receiver.received.map(({ page }) => page.level)).toEqual([0, 1, 2, 4])
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(4)
  const due = [0, 4_000, 8_000, 62_000].map(afterMs => openedAtMs + afterMs)
  const lateMs = receiver.received.map(({ atMs }, index) => atMs - due[index]!)
  for (const index of [0, 1, 3]) expect(lateMs[index]).toSatisfy(isBetween(0, punctualMs))
  expect(receiver.received[2]!.atMs - recoveredAtMs).toSatisfy(isBetween(-punctualMs, afterRecoveryMs))

  const recorded = await recordedPages(world, number, 4)
  expect(recorded.map(({ level, state }) => ({ level, state }))).toEqual([
    { level: 0, state: 'sent' },
    { level: 1, state: 'sent' },
    { level: 2, state: 'sent' },
    { level: 4, state: 'sent' },
  ])
  const entries = await world.entries(number, 'page.sent')
  expect(entries.map(({ pageId, latenessMs }) => ({ pageId, latenessMs }))).toEqual(
    recorded.map(({ id, latenessMs }) => ({ pageId: id, latenessMs })),
  )
  // What the record says about being late is what the receiver saw.
  for (const [index, { latenessMs }] of recorded.entries())
    expect(Math.abs(latenessMs - lateMs[index]!)).toBeLessThan(1_000)
  expect(recorded[2]!.latenessMs).toBeGreaterThan(100)
}, 200_000)

test('PostgreSQL is away when a page is due: it goes out all the same, once, and is recorded when there is a record', async () => {
  const receiver = await startPageReceiver()
  const postgres = await startOwnPostgres()
  const world = await startWorld({
    databaseUrl: postgres.url('postgres'),
    pageWebhook: receiver,
    runbooks: [
      escalating(`  - { after: 0s, page: [on-call] }
  - { after: 6s, unless: acknowledged, page: [senior] }
`),
    ],
  })
  const worker = world.startWorker()
  await worker.says('worker ready')
  const { number, openedAtMs } = await fire(world)
  await recordedPages(world, number, 1)

  await postgres.kill()
  await pagesCame(receiver, 2)
  expect(receiver.received[1]!.atMs - openedAtMs - 6_000).toSatisfy(isBetween(0, 3_000))
  await postgres.restart()
  // Too late for the page that went out; its record must say that it did.
  await acknowledge(world.pool, { number, by: 'ana', atMs: Date.now() })

  const recorded = await recordedPages(world, number, 2)
  expect(recorded[1]).toMatchObject({ level: 1, state: 'sent' })
  const entries = await world.entries(number, 'page.sent')
  expect(entries).toMatchObject([{ level: 0 }, { level: 1, unrecordedFor: expect.any(String) }])
  expect(entries[0]).not.toHaveProperty('unrecordedFor')
  expect(await world.entries(number, 'page.suppressed')).toEqual([])
  expect(receiver.received.map(({ page }) => page.level)).toEqual([0, 1])
}, 120_000)

test('a receiver that fails for a while gets the page again under the same id until it takes it', async () => {
  const receiver = await startPageReceiver()
  receiver.answerNext(500, 429, response => response.destroy(), 503)
  const world = await startWorld({
    pageWebhook: receiver,
    runbooks: [escalating('  - { after: 0s, page: [on-call] }\n')],
  })
  const worker = world.startWorker()
  await worker.says('worker ready')
  const { number } = await fire(world)

  await pagesCame(receiver, 5)
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
  expect(await recordedPages(world, number, 1)).toMatchObject([{ level: 0, state: 'sent' }])
  // Four tries are one round; then it is seen that nobody was reached, and Temporal begins the next one.
  expect(await world.entries(number, 'page.failed')).toHaveLength(1)
  expect(await world.entries(number, 'page.sent')).toHaveLength(1)
}, 90_000)

async function fire(world: World): Promise<{ number: string; openedAtMs: number }> {
  const number = await world.fire('Escalating')
  const { opened_at: openedAt } = await world.row(number)
  return { number, openedAtMs: (openedAt as Date).getTime() }
}

async function pagesCame({ received, refused }: PageReceiver, count: number): Promise<void> {
  await eventually(async () => {
    expect(refused).toEqual([])
    return received.length >= count
  }, 90_000)
}

interface RecordedPage {
  id: string
  level: number
  state: string
  latenessMs: number
}

/** The pages' rows, once so many of them are sent and no other is on its way. */
function recordedPages(world: World, number: string, count: number): Promise<RecordedPage[]> {
  return eventually(async () => {
    const { rows } = await world.pool.query<RecordedPage>(
      `select id, level, state, lateness_ms as "latenessMs" from page where incident = $1 order by level`,
      [number],
    )
    const isDone =
      rows.length === count && rows.every(row => row.state !== 'sending' && row.state !== 'failed')
    return isDone && rows
  }, 60_000)
}

function isBetween(least: number, most: number): (value: number) => boolean {
  return value => value >= least && value <= most
}
