import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { quickRunbook } from '../support/quick-runbook.ts'
import { inChunks } from '../support/seeded.ts'

let harness: Harness
/** On the real clock: the alert comes through the relay while the workflow closes. */
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

const holdMs = 1_000
/** Without a cache five incidents at once take their time on a busy machine; how fast they are is not the question here. */
const patienceMs = 60_000
const runbook = quickRunbook({ hold: `${holdMs}ms` })

test('20 alerts return in the moment the hold ends: each belongs to exactly one incident, which is open', async () => {
  // From the end of the hold to twice as late as it usually closes, without a cache a longer way; the ends are certain.
  const lagMs = (await timeToClosing()) - holdMs
  const between = Array.from({ length: 18 }, (_, index) => holdMs + (index * 2 * lagMs) / 17)
  const ends = await inChunks(['at-once', ...between, 'when-closed'] as const, 5, returnsAt)
  for (const { first, incidents, alert } of ends) {
    expect(alert, first.number).toMatchObject({ status: 'firing', events: 3 })
    const [original, next, ...more] = incidents
    expect(more, first.number).toEqual([])
    expect(alert.incident, first.number).toBe((next ?? original)!.number)
    if (next === undefined) {
      expect(first.row['closed_at'], first.number).toBeNull()
      expect(first.entries('incident.closed'), first.number).toEqual([])
      expect(first.entries('recovery.lost'), first.number).toHaveLength(1)
    } else {
      expect(next, first.number).toMatchObject({ isOpen: true, linkedTo: first.number })
      expect(first.row, first.number).toMatchObject({ phase: 'closed', outcome: 'recovered' })
      expect(first.entries('incident.closed'), first.number).toHaveLength(1)
      expect(first.entries('alert.firing'), first.number).toHaveLength(1)
    }
  }
  const opened = ends.filter(end => end.incidents.length === 2).length
  console.log(`alerts return as the hold ends: ${20 - opened} stayed, ${opened} opened a linked incident`)
  expect(opened).toBeGreaterThan(0)
  expect(opened).toBeLessThan(20)
})

/** From the entry of the hold to its close on this machine now, when nothing returns. */
async function timeToClosing(): Promise<number> {
  const took = await inChunks(Array.from({ length: 5 }), 5, async () => {
    const opened = await openHeld()
    const closed = await eventually(async () => {
      const { row } = await harness.tell(opened)
      return row['phase'] === 'closed' && row
    }, patienceMs)
    return (closed['closed_at'] as Date).getTime() - opened.heldAtMs
  })
  return took.toSorted((a, b) => a - b)[2]!
}

async function openHeld(): Promise<{ number: string; name: string; heldAtMs: number }> {
  const opened = await harness.open({ runbook, target: { measure: () => ({ idle: 50, used_ratio: 0.2 }) } })
  await harness.report(opened.name, 'resolved')
  const heldAtMs = await eventually(
    async () => (await harness.tell(opened)).timeline.find(entry => entry.kind === 'recovery.held')?.atMs,
    patienceMs,
  )
  return { ...opened, heldAtMs }
}

interface End {
  first: Played
  incidents: { number: string; isOpen: boolean; linkedTo: string | null }[]
  alert: { status: string; events: number; incident: string }
}

/** Fires again at once, when the incident has closed, or this long after the entry of the hold. */
async function returnsAt(moment: 'at-once' | 'when-closed' | number): Promise<End> {
  const opened = await openHeld()
  if (moment === 'when-closed')
    await eventually(async () => (await harness.tell(opened)).row['phase'] === 'closed', patienceMs)
  else if (moment !== 'at-once') await delay(Math.max(0, opened.heldAtMs + moment - Date.now()))
  await harness.report(opened.name, 'firing')
  // Decided when the ladder has been gone through once more, here or in the next incident.
  await eventually(async () => {
    const { number } = (await readEnd(opened)).incidents.at(-1)!
    const { entries } = await harness.tell({ number, name: opened.name })
    return entries(number === opened.number ? 'recovery.lost' : 'step.ended').length > 0
  }, patienceMs)
  return readEnd(opened)
}

async function readEnd(opened: { number: string; name: string }): Promise<End> {
  const incidents = await harness.pool.query<End['incidents'][number]>(
    `select number, phase <> 'closed' as "isOpen", linked_to as "linkedTo" from incident where system = $1 order by opened_at, number`,
    [opened.name],
  )
  const alert = await harness.pool.query<End['alert']>(
    'select status, events, incident from alert where name = $1',
    [opened.name],
  )
  return { first: await harness.tell(opened), incidents: incidents.rows, alert: alert.rows[0]! }
}
