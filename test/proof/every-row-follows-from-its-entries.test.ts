/**
 * Goal: what the entries say is what every row says, at the end of incidents of every shape: nothing is on only one side.
 * Method: incidents are played on the real workflow, relay and store, then the record is checked as an auditor checks it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acknowledge, addNote, setImpact, setSeverity } from '../../store/acts.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { setFreeze } from '../../store/freezes.ts'
import { at, type Harness, type Scene, startHarness } from '../support/incident-harness.ts'
import { alert, approves, gate, ladder, mendedBy, neverMended, resolves } from '../support/scenes.ts'
import { verifyStored } from '../support/stored-record.ts'
import { moveTo } from '../support/versions.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const assesses = [
  at(2, async ({ pool, number, atMs }) => void (await acknowledge(pool, { number, by: 'ana', atMs }))),
  at(3, async ({ pool, number, atMs }) => setSeverity(pool, { number, by: 'ana', atMs, severity: 'SEV3' })),
  at(4, async ({ pool, number, atMs }) => setImpact(pool, { number, by: 'ben', atMs, impact: 'no' })),
  at(5, async ({ pool, number, atMs }) =>
    addNote(pool, { number, by: 'ben', atMs, text: 'it was the deploy' }),
  ),
]

/** When the scene that becomes worse does, by its own clock. */
let worseFrom: number | undefined

const scenes: Record<string, Scene> = {
  'recovers by its first step': { runbook: ladder(), target: mendedBy(1), people: [alert(1, 'resolved')] },
  'is approved, and recovers': {
    runbook: ladder({ gates: { 0: gate() } }),
    target: mendedBy(1),
    people: [approves(2), alert(5, 'resolved')],
  },
  'is denied, expires, and is resolved by a person': {
    runbook: ladder({ steps: 2, gates: { 0: gate(), 1: gate('next') } }),
    target: neverMended,
    people: [approves(2, 'deny'), resolves(70)],
  },
  'is acknowledged and assessed by people, and a new alert comes': {
    runbook: ladder(),
    target: neverMended,
    people: [...assesses, alert(10, 'firing', 'second'), resolves(90)],
  },
  'has a step that a person ticks, and becomes worse': {
    runbook: ladder()
      .replace(
        'mitigate:\n',
        `mitigate:\n  - { id: look, manual: Look., expires: 20m, precheck: { check: pool, when: value.idle > 20 } }\n`,
      )
      .replace("  impact: 'checks", "  recheck: 1m\n  impact: 'checks"),
    target: {
      measure: ({ nowMs, effects }) => {
        worseFrom ??= nowMs + 150_000
        return { idle: 50, used_ratio: effects > 0 ? 0.2 : nowMs < worseFrom ? 0.92 : 0.99 }
      },
    },
    people: [
      at(5, async ({ pool, number, atMs }) => {
        const [open] = await listGates(pool, { incident: number, open: true })
        await answerGate(pool, {
          gateId: open!.id,
          kind: 'manual',
          by: 'ana',
          answer: 'done',
          reason: 'seen',
          atMs,
        })
      }),
      alert(8, 'resolved'),
    ],
  },
  'is moved to another version of its runbook': {
    runbook: ladder({ gates: { 0: gate() } }),
    target: mendedBy(1),
    people: [
      at(2, async ({ number, atMs }) => {
        const other = ladder({ steps: 2 }).replace('{ is: SEV2 }', '{ is: SEV3 }')
        await moveTo(harness, { number, by: 'ana', atMs }, other)
      }),
      alert(8, 'resolved'),
    ],
  },
  'loses its recovery': {
    runbook: ladder({ steps: 2, hold: '5m' }),
    target: mendedBy(1),
    people: [alert(2, 'resolved'), alert(3, 'firing'), alert(9, 'resolved')],
  },
  'meets a freeze': {
    runbook: ladder({ gates: { 0: gate() } }),
    target: mendedBy(1),
    people: [
      at(
        1,
        async ({ pool, atMs }) =>
          void (await setFreeze(pool, { on: true, by: 'cleo', atMs, reason: 'move' })),
      ),
      approves(2),
      at(6, async ({ pool, atMs }) => void (await setFreeze(pool, { on: false, by: 'cleo', atMs }))),
      approves(8),
      alert(12, 'resolved'),
    ],
  },
}

test.each(Object.entries(scenes))('an incident that %s', async (_, scene) => {
  const played = await harness.play(scene)
  expect(played.row['phase']).toBe('closed')
  const { chainFaults, rowFaults, entries, incidents } = await verifyStored(harness.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
  expect(entries).toBeGreaterThan(played.timeline.length - 1)
  expect(incidents).toBeGreaterThan(0)
})
