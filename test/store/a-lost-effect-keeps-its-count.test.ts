/** Goal: whoever told last how far a lost effect came, its checkpoint or its heartbeat, is who the record follows. */
import { expect, test } from 'vitest'
import { readClaim, recordTouched } from '../../store/claims.ts'
import { claimStep, giveUp, givenPlans } from '../support/claims.ts'
import { givenIncident } from '../support/incidents.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const atMs = Date.parse('2026-03-01T10:00:00Z')

interface Row {
  atCheckpoint?: number
  inHeartbeat?: number
  kept: { touched?: number; unit?: string }
}

test.each<[string, Row]>([
  [
    'the checkpoint, whose heartbeat died with its worker',
    { atCheckpoint: 12, inHeartbeat: 0, kept: { touched: 12, unit: 'things' } },
  ],
  [
    'the checkpoint, of a worker that Temporal never heard',
    { atCheckpoint: 12, kept: { touched: 12, unit: 'things' } },
  ],
  [
    'the heartbeat between two checkpoints',
    { atCheckpoint: 12, inHeartbeat: 15, kept: { touched: 15, unit: 'things' } },
  ],
  [
    'the heartbeat of an effect without a checkpoint',
    { inHeartbeat: 3, kept: { touched: 3, unit: 'things' } },
  ],
  ['nobody', { kept: {} }],
])('last told by %s', async (_, { atCheckpoint, inHeartbeat, kept }) => {
  const attempt = await claimedAttempt()
  if (atCheckpoint !== undefined) expect(await recordTouched(sides.other, attempt, atCheckpoint)).toBe(true)
  const heard = { unit: 'things', ...(inHeartbeat === undefined ? {} : { touched: inHeartbeat }) }
  expect(await giveUp(sides.pool, { ...attempt, atMs, heard })).toMatchObject({
    changed: 'unknown',
    reached: kept,
  })
  expect((await readClaim(sides.pool, attempt))?.evidence).toEqual(kept)
})

test('a worker that comes back to a settled claim is told so, and counts no more', async () => {
  const attempt = await claimedAttempt()
  await giveUp(sides.pool, { ...attempt, atMs, heard: { touched: 4, unit: 'things' } })
  expect(await recordTouched(sides.other, attempt, 9)).toBe(false)
  expect((await readClaim(sides.pool, attempt))?.evidence).toEqual({ touched: 4, unit: 'things' })
})

async function claimedAttempt() {
  const incident = await givenIncident(sides.pool, { atMs })
  await givenPlans(sides.pool, incident, ['restart'], { atMs })
  expect(await claimStep(sides.pool, { incident, step: 'restart', atMs })).toBe('granted')
  return { incident, step: 'restart', attempt: 1 }
}
