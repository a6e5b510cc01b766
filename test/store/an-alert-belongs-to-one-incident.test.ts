import { expect, test } from 'vitest'
import { findChainFaults } from '../support/chain.ts'
import { countDeadlocks } from '../support/two-sides.ts'
import { dedupKeyOf, intakeUnderTest } from '../support/intake.ts'
import { inChunks, seeded } from '../support/seeded.ts'

const intake = intakeUnderTest()
const atMs = Date.parse('2026-03-01T10:00:00Z')

test('closing races an alert that fires again, 200 times: it stays in the incident or opens a linked one', async () => {
  const { between } = seeded('closing races a firing alert')
  const groups = await givenGroups('refire', 200)
  await intake.deliver(
    groups.map(group => ({ group, alert: group, status: 'resolved' as const, atMs: atMs + 1 })),
  )
  await intake.drain(atMs + 1)
  const numbers = await Promise.all(groups.map(async group => (await intake.incidents(group))[0]!.number))
  const seen = await Promise.all(numbers.map(number => intake.lastTransition(number)))
  await intake.deliver(
    groups.map(group => ({ group, alert: group, status: 'firing' as const, atMs: atMs + 2 })),
  )

  const closed = await inChunks(groups, 8, async (group, index) => {
    const applying = intake.apply(dedupKeyOf(group), atMs + 2)
    // The relay needs several statements until it has joined; the close comes before, among or after them.
    for (let trips = between(0, 8); trips > 0; trips -= 1) await intake.pool.query('select 1')
    const told = await intake.close(numbers[index]!, 'recovered', atMs + 2, seen[index]!)
    await applying
    return told
  })
  await intake.drain(atMs + 2)

  for (const [index, group] of groups.entries()) {
    const [number, told] = [numbers[index]!, closed[index]!]
    const alert = await intake.alert(group)
    const incidents = await intake.incidents(group)
    if (told === 'closed') {
      expect(incidents, group).toMatchObject([
        { number, isOpen: false },
        { isOpen: true, linkedTo: number },
      ])
      expect(alert, group).toMatchObject({ status: 'firing', incident: incidents[1]!.number })
      expect(intake.handedOver.get(incidents[1]!.number), group).toHaveLength(1)
    } else {
      expect(told, group).toBe('newer-alert')
      expect(incidents, group).toEqual([{ number, isOpen: true, linkedTo: null }])
      expect(alert, group).toMatchObject({ status: 'firing', incident: number })
      expect(intake.handedOver.get(number), group).toHaveLength(3)
    }
  }
  const count = closed.filter(told => told === 'closed').length
  console.log(`closing races a firing alert: closed first ${count} times of 200`)
  expect(count).toBeGreaterThan(10)
  expect(200 - count).toBeGreaterThan(10)
  expect(intake.problems).toEqual([])
  expect(await findChainFaults(intake.pool)).toEqual([])
})

test('a person ends incidents while their alerts resolve or fire on, 200 times: neither waits for the other in a circle', async () => {
  const { flip } = seeded('ending races reports')
  const groups = await givenGroups('ended', 200)
  const numbers = await Promise.all(groups.map(async group => (await intake.incidents(group))[0]!.number))
  const reports = groups.map(() => (flip() ? ('resolved' as const) : ('firing' as const)))
  await intake.deliver(
    groups.map((group, index) => ({
      group,
      alert: group,
      status: reports[index]!,
      atMs: atMs + 1,
      startsAtMs: atMs,
    })),
  )
  await inChunks(groups, 8, (group, index) =>
    Promise.all([
      intake.close(numbers[index]!, 'resolved-by-person', atMs + 1),
      intake.apply(dedupKeyOf(group), atMs + 1),
    ]),
  )
  await intake.drain(atMs + 1)
  expect(await countDeadlocks(intake.pool)).toBe(0)
  expect(intake.problems).toEqual([])
  for (const [index, group] of groups.entries()) {
    const isMuted = reports[index] === 'firing'
    expect(await intake.alert(group), group).toMatchObject({
      status: reports[index],
      ...(isMuted ? { isMuted } : {}),
    })
    expect(await intake.incidents(group), group).toMatchObject([{ number: numbers[index], isOpen: false }])
  }
})

/** Groups of one firing alert, each with its open incident. */
async function givenGroups(prefix: string, count: number): Promise<string[]> {
  const groups = Array.from({ length: count }, (_, index) => `${prefix}/${index}`)
  await intake.deliver(groups.map(group => ({ group, alert: group, status: 'firing' as const, atMs })))
  await intake.drain(atMs)
  return groups
}
