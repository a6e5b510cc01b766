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

const runbook = quickRunbook({
  gate: '{ approvers: [role:approver], quorum: 1, expires: 1s, on_expiry: stop }',
})

test('50 approvals within 100 ms of the expiry: the row, the step, the answer and the receipts always agree', async () => {
  const { between } = seeded('an approval races its expiry')
  const played = await inChunks(Array.from({ length: 50 }), 10, () => raceOnce(between(-100, 100)))
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

async function raceOnce(offsetMs: number): Promise<{ told: string; state: string; scene: Played }> {
  const isMended = { measure: () => ({ idle: 50, used_ratio: 0.2 }) }
  const opened = await harness.open({ runbook, target: isMended })
  const gate = await eventually(async () => (await listGates(harness.pool, { incident: opened.number }))[0])
  const voteAtMs = Date.parse(gate.expiresAt!) + offsetMs
  await delay(Math.max(0, voteAtMs - Date.now()))
  const ballot = {
    gateId: gate.id,
    by: 'ana',
    verdict: 'approve',
    planHash: gate.planHash!,
    atMs: Date.now(),
  } as const
  const told = await vote(harness.pool, ballot).then(
    result => result.state,
    (error: unknown) => (isCodedError(error) ? String(error.fields['state']) : String(error)),
  )
  const scene = await eventually(async () => {
    const now = await harness.tell(opened)
    return now.entries('step.ended').length > 0 && now
  })
  const [decided] = await listGates(harness.pool, { id: gate.id })
  return { told, state: decided!.state, scene }
}
