import { expect, test } from 'vitest'
import { requestCancel } from '../../store/acts.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { givenIncident } from '../support/incidents.ts'
import { inChunks, seeded } from '../support/seeded.ts'
import { answered, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const atMs = Date.parse('2026-03-01T10:00:00Z')

test('a recovery races a cancellation 200 times: one of them wins, and the other side is told so', async () => {
  const { flip } = seeded('recovery races cancellation')
  const ends = await inChunks(Array.from({ length: 200 }), 5, async () => {
    const number = await givenIncident(sides.pool, { atMs })
    const cancel = () =>
      answered(requestCancel(sides.pool, { number, by: 'ana', atMs, reason: 'a false alarm' }))
    const [told, closing] = await (flip()
      ? Promise.all([cancel(), close(number, 'recovered')])
      : Promise.all([close(number, 'recovered'), cancel()]).then(
          ([first, second]) => [second, first] as const,
        ))
    return { number, told, closing }
  })
  for (const { number, told, closing } of ends) {
    if ('value' in told) {
      expect(closing, number).toBe('end-requested')
      expect(await outcomeOf(number), number).toBeNull()
      expect(await close(number, 'cancelled'), number).toBe('closed')
      expect(await outcomeOf(number), number).toBe('cancelled')
    } else {
      expect(closing, number).toBe('closed')
      expect(told.refused.code, number).toBe('incident_not_open')
      expect(await outcomeOf(number), number).toBe('recovered')
    }
  }
  const recovered = ends.filter(end => end.closing === 'closed').length
  console.log(`recovery races cancellation: ${recovered} recovered, ${200 - recovered} cancelled`)
  expect(recovered).toBeGreaterThan(20)
  expect(recovered).toBeLessThan(180)
})

async function close(number: string, outcome: 'recovered' | 'cancelled'): Promise<string> {
  return inTransaction(
    sides.other,
    async tx => (await closeIncident(tx, { number, seenTransition: 0, outcome, atMs })).result,
  )
}

async function outcomeOf(number: string): Promise<string | null> {
  const { rows } = await sides.pool.query<{ outcome: string | null }>(
    'select outcome from incident where number = $1',
    [number],
  )
  return rows[0]!.outcome
}
