import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isCodedError } from '../../contracts/coded-error.ts'
import { listGates, vote } from '../../store/gates.ts'
import { eventually, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { quickRunbook } from '../support/quick-runbook.ts'
import { inChunks, seeded } from '../support/seeded.ts'

let harness: Harness
/** On the real clock: people's clocks and the workflow's timer are the ones that race. */
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

/** Without a cache five incidents at once take their time on a busy machine; how fast they are is not the question here. */
const patienceMs = 60_000

const runbook = quickRunbook({
  gate: '{ approvers: [role:approver], quorum: 1, expires: 2s, on_expiry: stop }',
})

test('50 approvals in the moment of the expiry: the row, the step, the answer and the receipts always agree', async () => {
  const { between, flip } = seeded('an approval races its expiry')
  // The workflow asks the row a while after the expiry, longer without a cache; at the ends it is certain who is first.
  const moments = Array.from(
    { length: 50 },
    (_, index) => ends[index] ?? (flip() ? between(-100, 200) : between(200, 2_000)),
  )
  const played = await inChunks(moments, 5, raceOnce)
  for (const { told, state, scene } of played) {
    const isApproved = told === 'approved'
    expect(state, scene.number).toBe(isApproved ? 'approved' : 'expired')
    expect(scene.entries('step.ended')[0], scene.number).toMatchObject({
      result: isApproved ? 'succeeded' : 'expired',
    })
    expect(scene.receipts, scene.number).toHaveLength(isApproved ? 1 : 0)
    expect(scene.entries('claim.made'), scene.number).toHaveLength(isApproved ? 1 : 0)
    expect(scene.entries('gate.decided'), scene.number).toHaveLength(isApproved ? 1 : 0)
    expect(scene.entries('gate.expired'), scene.number).toHaveLength(isApproved ? 0 : 1)
  }
  const approved = played.filter(({ told }) => told === 'approved').length
  console.log(`an approval races its expiry: ${approved} approved of 50`)
  expect(approved).toBeGreaterThan(0)
  expect(approved).toBeLessThan(50)
})

/** When the vote arrives: at once, when the row has expired, or this long after the expiry. */
type Moment = 'at-once' | 'when-expired' | number
const ends: Moment[] = ['at-once', 'when-expired']

async function raceOnce(moment: Moment): Promise<{ told: string; state: string; scene: Played }> {
  const isMended = { measure: () => ({ idle: 50, used_ratio: 0.2 }) }
  const opened = await harness.open({ runbook, target: isMended })
  const gate = await eventually(
    async () => (await listGates(harness.pool, { incident: opened.number }))[0],
    patienceMs,
  )
  const expiresAtMs = Date.parse(gate.expiresAt!)
  if (moment === 'when-expired')
    await eventually(
      async () => (await listGates(harness.pool, { id: gate.id }))[0]?.state === 'expired',
      patienceMs,
    )
  else if (moment !== 'at-once') await delay(Math.max(0, expiresAtMs + moment - Date.now()))
  const ballot = {
    gateId: gate.id,
    by: 'ana',
    verdict: 'approve',
    planHash: gate.planHash!,
    // Given in time, whenever it arrives: so the row decides, and not the time of the vote.
    atMs: Math.min(Date.now(), expiresAtMs - 1),
  } as const
  const told = await vote(harness.pool, ballot).then(
    result => result.state,
    (error: unknown) => (isCodedError(error) ? String(error.fields['state']) : String(error)),
  )
  const scene = await eventually(async () => {
    const now = await harness.tell(opened)
    return now.entries('step.ended').length > 0 && now
  }, patienceMs)
  const [decided] = await listGates(harness.pool, { id: gate.id })
  return { told, state: decided!.state, scene }
}
