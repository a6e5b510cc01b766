import { expect, test } from 'vitest'
import { appendEntries } from '../../store/audit-log.ts'
import { inTransaction } from '../../store/database.ts'
import { answerGate, expireGate, listGates } from '../../store/gates.ts'
import { givenGate, givenIncident } from '../support/incidents.ts'
import { inChunks, seeded } from '../support/seeded.ts'
import { answered, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const expiresAtMs = Date.parse('2026-03-01T10:15:00Z')
const atMs = expiresAtMs - 60_000

async function givenTasks(count: number): Promise<string[]> {
  const incident = await givenIncident(sides.pool, { atMs: atMs - 60_000 })
  return inChunks(
    Array.from({ length: count }, (_, index) => `task-${index}`),
    10,
    async step => givenGate(sides.pool, incident, { atMs, step, kind: 'manual', expiresAtMs }),
  )
}

test('a second tick changes nothing and is told who was first', async () => {
  const [gateId] = await givenTasks(1)
  const tick = { gateId: gateId!, kind: 'manual', answer: 'done', reason: 'it is 30 now' } as const
  await answerGate(sides.pool, { ...tick, by: 'mia', atMs })
  await expect(answerGate(sides.other, { ...tick, by: 'tom', atMs: atMs + 5_000 })).rejects.toMatchObject({
    code: 'gate_already_decided',
    message: `${gateId} was ticked by mia at 2026-03-01T10:14:00.000Z.`,
    fields: { by: 'mia' },
  })
  const [gate] = await listGates(sides.pool, { id: gateId! })
  expect(gate).toMatchObject({ state: 'approved', answer: 'done', decidedBy: 'mia' })
})

test('it cannot be answered as a question of another kind', async () => {
  const [gateId] = await givenTasks(1)
  const answer = { gateId: gateId!, kind: 'outcome', answer: 'done', by: 'mia', atMs } as const
  await expect(answerGate(sides.pool, answer)).rejects.toMatchObject({ code: 'not_found' })
})

test('a tick races the expiry 200 times: one of them wins, and both sides say the same', async () => {
  const { flip } = seeded('tick races expiry')
  const ends = await inChunks(await givenTasks(200), 10, async gateId => {
    const tick = () =>
      answered(
        answerGate(sides.pool, { gateId, kind: 'manual', by: 'mia', answer: 'done', atMs: expiresAtMs - 1 }),
      )
    const expiry = () =>
      inTransaction(sides.other, async tx => {
        const { state, answer, entries } = await expireGate(tx, gateId, expiresAtMs)
        await appendEntries(tx, entries)
        return answer ?? state
      })
    if (flip()) {
      const [told, now] = await Promise.all([tick(), expiry()])
      return { gateId, told, now }
    }
    const [now, told] = await Promise.all([expiry(), tick()])
    return { gateId, told, now }
  })
  for (const { gateId, told, now } of ends) expect(now, gateId).toBe('value' in told ? 'done' : 'expired')
  expect(new Set(ends.map(({ now }) => now))).toEqual(new Set(['done', 'expired']))
})
