import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findChainFaults } from '../support/chain.ts'
import { dedupKeyOf, intakeUnderTest, type Report } from '../support/intake.ts'
import { inChunks } from '../support/seeded.ts'

const intake = intakeUnderTest()
const minuteMs = 60_000
const latestMinute = 40
const startMs = Date.parse('2026-03-01T10:00:00Z')

/** A report as the source made it; deliveries lose its order, and repeat it. */
const report = fc.record({
  alert: fc.constantFrom('one', 'two', 'three'),
  // Routes change while alerts fire: an alert may come under another group.
  group: fc.constantFrom('a', 'a', 'a', 'b'),
  status: fc.constantFrom('firing', 'firing', 'resolved'),
  madeAtMinute: fc.integer({ min: 0, max: latestMinute }),
  /** A return inside one episode keeps its start, byte for byte. */
  keepsStart: fc.boolean(),
})

/** One step of a story: deliveries, then the relays drain, then perhaps somebody closes what there is to close. */
const step = fc.record({
  deliveries: fc.array(fc.array(report, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
  copies: fc.integer({ min: 1, max: 2 }),
  close: fc.constantFrom('nothing', 'nothing', 'recovered', 'recovered', 'resolved-by-person'),
})

/** Stories side by side, one clock: the relays have several keys in hand, and 150 stories take 30 runs. */
const storiesAtOnce = 5
const moment = fc.record({
  afterMinutes: fc.constantFrom(0, 1, 4, 6, 20, 250),
  steps: fc.array(step, { minLength: storiesAtOnce, maxLength: storiesAtOnce }),
})

test('whatever is reported in whatever order: counters are exact, a key has one open incident, and nothing fires unseen', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 4 }), async moments => {
      runs += 1
      await play(`run-${runs}`, moments)
    }),
    { numRuns: 150 / storiesAtOnce, seed: seedOf() },
  )
  expect(await findChainFaults(intake.pool)).toEqual([])
  expect(intake.problems).toEqual([])
})

type Moment = typeof moment extends fc.Arbitrary<infer M> ? M : never

async function play(run: string, moments: Moment[]): Promise<void> {
  const reported = new Map<string, number>()
  let atMs = startMs
  for (const { afterMinutes, steps } of moments) {
    atMs += afterMinutes * minuteMs
    const webhooks = steps.flatMap(({ deliveries, copies }, story) => {
      const made = deliveries.map(delivery => delivery.map(one => sent(`${run}/${story}`, one, atMs)))
      return Array.from({ length: copies }, () => made).flat()
    })
    for (const { alert } of webhooks.flat()) reported.set(alert, (reported.get(alert) ?? 0) + 1)
    await inChunks(webhooks, 8, webhook => intake.deliver(webhook, atMs))
    await intake.drain(atMs)
    for (const [story, { close }] of steps.entries())
      if (close !== 'nothing')
        for (const number of await incidentsOf(`${run}/${story}`, true))
          await intake.close(number, close, atMs)
    await check(run, reported)
  }
  // Later than anything the source has said so far.
  await endsWell(run, reported, Math.max(atMs, startMs + latestMinute * minuteMs) + minuteMs)
}

function sent(
  story: string,
  made: {
    alert: string
    group: string
    status: 'firing' | 'resolved'
    madeAtMinute: number
    keepsStart: boolean
  },
  atMs: number,
): Report {
  const madeAtMs = startMs + made.madeAtMinute * minuteMs
  const times = { atMs, startsAtMs: made.keepsStart ? startMs : madeAtMs, endsAtMs: madeAtMs }
  return { group: `${story}/${made.group}`, alert: `${story}/${made.alert}`, status: made.status, ...times }
}

/** What must be so whenever the relays have drained. */
async function check(run: string, reported: ReadonlyMap<string, number>): Promise<void> {
  const counted = await rows<{ alert_key: string; events: number }>(
    'select alert_key, events from alert where alert_key like $1',
    [`${run}/%`],
  )
  expect(new Map(counted.map(row => [row.alert_key, row.events]))).toEqual(reported)

  const doubleKeys = await rows(
    `select dedup_key from incident where dedup_key like $1 and phase <> 'closed' group by 1 having count(*) > 1`,
    [dedupKeyOf(`${run}/%`)],
  )
  expect(doubleKeys).toEqual([])

  // A mute that runs out is no report: the next one fires.
  const unseen = await rows(
    `select alert_key from alert left join incident on number = alert.incident where alert_key like $1
       and status = 'firing' and (muted_until is null or muted_until <= last_seen_at) and phase is distinct from 'detection'`,
    [`${run}/%`],
  )
  expect(unseen).toEqual([])

  const unexplained = await rows(
    `select id from alert_event where alert_key like $1 and (outcome is null or outcome = 'quarantined')`,
    [`${run}/%`],
  )
  expect(unexplained).toEqual([])

  // Every transition is a message and an entry; repeats are neither.
  const [told] = await rows<{ messages: number; entries: number }>(
    `select (select count(*) from message m where m.incident = any($1) and m.kind = 'alert')::int as messages,
       (select count(*) from audit_entry where incident = any($1) and content::jsonb->>'kind' in ('alert.firing', 'alert.resolved'))::int as entries`,
    [await incidentsOf(run)],
  )
  expect(told!.messages).toBe(told!.entries)
  const handedOver = (await incidentsOf(run)).flatMap(number => intake.handedOver.get(number) ?? [])
  expect(handedOver).toHaveLength(told!.messages)
}

/** However the story went, a new episode fires in an open incident, and its end lets that one recover. */
async function endsWell(run: string, reported: Map<string, number>, atMs: number): Promise<void> {
  for (const status of ['firing', 'resolved'] as const) {
    const last = [...reported.keys()].map(alert => ({
      group: `${run}/a`,
      alert,
      status,
      atMs,
      startsAtMs: atMs,
    }))
    await intake.deliver(last)
    await intake.drain(atMs)
    for (const { alert } of last) {
      reported.set(alert, reported.get(alert)! + 1)
      expect(await intake.alert(alert)).toMatchObject({ status, isUnconfirmed: false })
    }
    await check(run, reported)
  }
  for (const number of await incidentsOf(run, true))
    expect(await intake.close(number, 'recovered', atMs)).toBe('closed')
}

async function incidentsOf(prefix: string, isOpen = false): Promise<string[]> {
  const found = await rows<{ number: string }>(
    `select number from incident where dedup_key like $1 and (phase <> 'closed' or not $2)`,
    [dedupKeyOf(`${prefix}/%`), isOpen],
  )
  return found.map(row => row.number)
}

async function rows<T extends object>(sql: string, values: unknown[]): Promise<T[]> {
  return (await intake.pool.query<T>(sql, values)).rows
}

function seedOf(): number {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31)
  console.log(`any sequence: TEST_SEED=${seed}`)
  return seed
}
