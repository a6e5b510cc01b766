import { describe, expect, test } from 'vitest'
import { attemptId } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import { requestCancel } from '../../store/acts.ts'
import { readClaim, settleClaim } from '../../store/claims.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { setFreeze } from '../../store/freezes.ts'
import { claimStep, giveUp, givenPlans } from '../support/claims.ts'
import { givenIncident } from '../support/incidents.ts'
import { inChunks, seeded } from '../support/seeded.ts'
import { auditLog, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const atMs = Date.parse('2026-03-01T10:00:00Z')
const approvedUntilMs = atMs + 900_000

test('two workers claim one approved attempt at once: one gets it, and the approval is used once', async () => {
  const incident = await givenIncident(sides.pool, { atMs })
  const steps = names('both', 100)
  await givenPlans(sides.pool, incident, steps, { atMs, approvedUntilMs })
  await inChunks(steps, 5, async step => {
    const told = await Promise.all([
      claimStep(sides.pool, { incident, step, atMs: atMs + 1, worker: 'one' }),
      claimStep(sides.other, { incident, step, atMs: atMs + 2, worker: 'two' }),
    ])
    expect(told.toSorted(), step).toEqual(['exists', 'granted'])
    const winner =
      told[0] === 'granted' ? { worker: 'one', usedAtMs: atMs + 1 } : { worker: 'two', usedAtMs: atMs + 2 }
    expect(await rowOf(incident, step), step).toEqual(winner)
  })
  const made = (await auditLog(sides.pool)).filter(entry => entry.kind === 'claim.made')
  expect(made).toHaveLength(steps.length)
})

test('a claim has the time of the machine that works on the target: the one of the database may be another', async () => {
  const incident = await givenIncident(sides.pool, { atMs })
  await givenPlans(sides.pool, incident, ['timed'], { atMs })
  const wallAtMs = Date.now() - 3_600_000
  await claimStep(sides.pool, { incident, step: 'timed', atMs, wallAtMs })
  const row = await readClaim(sides.pool, { incident, step: 'timed', attempt: 1 })
  expect(row?.claimedWallAtMs).toBe(wallAtMs)
})

test('a worker that was given up races its own late claim 300 times: a tombstone or a claim, never both', async () => {
  const { flip } = seeded('giving up races a claim')
  const incident = await givenIncident(sides.pool, { atMs })
  const steps = names('lost', 300)
  await givenPlans(sides.pool, incident, steps, { atMs })
  const ends = await inChunks(steps, 8, async step => {
    const late = () => claimStep(sides.other, { incident, step, atMs })
    const settle = () => giveUp(sides.pool, { incident, step, atMs: atMs + 1 })
    if (flip()) return [step, ...(await Promise.all([late(), settle()]))] as const
    const settling = settle()
    return [step, ...(await Promise.all([late(), settling]))] as const
  })
  const made = new Set(
    (await auditLog(sides.pool))
      .filter(entry => entry.kind === 'claim.made')
      .map(entry => entry.data['step']),
  )
  for (const [step, told, settled] of ends) {
    const row = await readClaim(sides.pool, { incident, step, attempt: 1 })
    if (told === 'granted') {
      expect(settled, step).toMatchObject({ changed: 'unknown', row: { outcome: 'unknown' } })
      expect(row, step).toMatchObject({ outcome: 'unknown' })
      expect(made.has(step), step).toBe(true)
    } else {
      expect([told, settled.changed, settled.row.outcome], step).toEqual(['exists', 'abandoned', 'abandoned'])
      expect(row, step).toMatchObject({ outcome: 'abandoned' })
      expect(made.has(step), step).toBe(false)
    }
    // The worker that wakes up later finds its claim settled, whatever it did.
    const late = { outcome: 'succeeded', evidence: {}, by: 'late', atMs } as const
    const isSettled = await inTransaction(sides.other, tx =>
      settleClaim(tx, { incident, step, attempt: 1 }, late),
    )
    expect(isSettled, step).toBe(false)
  }
  expect(new Set(ends.map(([, told]) => told)).size).toBe(2)
})

describe('a claim is refused', () => {
  const rows: [string, string, Partial<{ atMs: number; planHash: string; attempt: number }>][] = [
    ['for another plan', 'plan-changed', { planHash: 'f'.repeat(64) }],
    ['for an attempt nobody planned', 'plan-changed', { attempt: 2 }],
    ['when its approval is too old', 'not-approved', { atMs: approvedUntilMs + limits.approvalUseMs }],
  ]
  test.each(rows)('%s', async (name, why, claim) => {
    const { incident, step } = await approvedStep()
    expect(await claimStep(sides.pool, { incident, step, atMs, ...claim }), name).toBe(why)
    expect(await rowOf(incident, step)).toBeUndefined()
  })

  test('until the last moment of its approval it is not', async () => {
    const { incident, step } = await approvedStep()
    const lastMs = approvedUntilMs + limits.approvalUseMs - 1
    expect(await claimStep(sides.pool, { incident, step, atMs: lastMs })).toBe('granted')
  })

  test.each(['open', 'denied', 'expired', 'withdrawn'])('when its gate is %s', async state => {
    const { incident, step } = await approvedStep()
    await sides.pool.query('update gate set state = $2 where id = $1', [attemptId(incident, step, 1), state])
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('not-approved')
  })

  test('when the approval was for another plan', async () => {
    const { incident, step } = await approvedStep()
    await sides.pool.query(`update gate set plan_hash = 'other' where id = $1`, [
      attemptId(incident, step, 1),
    ])
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('not-approved')
  })

  test('when the approval was used before', async () => {
    const { incident, step } = await approvedStep()
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('granted')
    await sides.pool.query('delete from claim where incident = $1', [incident])
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('not-approved')
  })

  test('when the attempt was given up', async () => {
    const { incident, step } = await approvedStep()
    await giveUp(sides.pool, { incident, step, atMs })
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('exists')
  })

  test('when a person has ended the incident, and when it is closed', async () => {
    const { incident, step } = await approvedStep()
    await requestCancel(sides.pool, { number: incident, by: 'ana', reason: 'a drill', atMs })
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('incident-ended')
    const close = { number: incident, seenTransition: 0, outcome: 'cancelled', atMs } as const
    await inTransaction(sides.pool, tx => closeIncident(tx, close))
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('incident-ended')
  })

  test('once the window of its routine has closed, unless it takes a step back', async () => {
    const incident = await givenIncident(sides.pool, { atMs })
    const closesAtMs = atMs + 60_000
    await sides.pool.query(
      'update incident set routine_due_at = $2, routine_closes_at = $3 where number = $1',
      [incident, new Date(atMs), new Date(closesAtMs)],
    )
    await givenPlans(sides.pool, incident, ['first', 'second', 'first.undo'], { atMs })
    const claim = (step: string, at: number) => claimStep(sides.pool, { incident, step, atMs: at })
    expect(await claim('first', closesAtMs - 1)).toBe('granted')
    expect(await claim('second', closesAtMs)).toBe('window-closed')
    expect(await rowOf(incident, 'second')).toBeUndefined()
    expect(await claim('first.undo', closesAtMs + 3_600_000)).toBe('granted')
  })

  test('while a freeze is on', async () => {
    const { incident, step } = await approvedStep()
    await setFreeze(sides.pool, { on: true, by: 'ben', atMs })
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('frozen')
    await setFreeze(sides.pool, { on: false, by: 'ben', atMs })
    expect(await claimStep(sides.pool, { incident, step, atMs })).toBe('granted')
  })
})

async function approvedStep(): Promise<{ incident: string; step: string }> {
  const incident = await givenIncident(sides.pool, { atMs })
  await givenPlans(sides.pool, incident, ['restart'], { atMs, approvedUntilMs })
  return { incident, step: 'restart' }
}

/** Who has the claim, and when its approval was used. */
async function rowOf(
  incident: string,
  step: string,
): Promise<{ worker: string; usedAtMs: number | undefined } | undefined> {
  const { rows } = await sides.pool.query<{ worker: string; consumed_at: Date | null }>(
    `select worker, consumed_at from claim left join gate using (incident, step, attempt)
     where incident = $1 and step = $2`,
    [incident, step],
  )
  return rows[0] && { worker: rows[0].worker, usedAtMs: rows[0].consumed_at?.getTime() }
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
}
