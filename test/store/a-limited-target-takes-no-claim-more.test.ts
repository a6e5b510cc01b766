import { expect, test } from 'vitest'
import { claimStep, giveUp, givenPlans } from '../support/claims.ts'
import { givenIncident } from '../support/incidents.ts'
import { inChunks } from '../support/seeded.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const atMs = Date.parse('2026-03-01T10:00:00Z')
const hour = 3_600_000
const limit = { count: 1, withinMs: hour }

test('two incidents claim on one limited target at once, 200 times: one gets it', async () => {
  const [one, other] = [await givenIncident(sides.pool, { atMs }), await givenIncident(sides.pool, { atMs })]
  const steps = Array.from({ length: 200 }, (_, index) => `race-${index}`)
  for (const incident of [one, other]) await givenPlans(sides.pool, incident, steps, { atMs })
  await inChunks(steps, 5, async step => {
    const about = { step, target: step, atMs, limit }
    const told = await Promise.all([
      claimStep(sides.pool, { incident: one, ...about }),
      claimStep(sides.other, { incident: other, ...about }),
    ])
    expect(told.toSorted(), step).toEqual(['granted', 'limit-reached'])
  })
})

test('the window slides: a claim counts until it is over', async () => {
  const incident = await givenIncident(sides.pool, { atMs })
  await givenPlans(sides.pool, incident, ['first', 'second', 'third'], { atMs })
  const claim = (step: string, afterMs: number) =>
    claimStep(sides.pool, { incident, step, target: 'sliding', atMs: atMs + afterMs, limit })
  expect(await claim('first', 0)).toBe('granted')
  expect(await claim('second', hour - 1)).toBe('limit-reached')
  expect(await claim('third', hour)).toBe('granted')
})

test('what touched nothing does not count, and neither do other targets', async () => {
  const incident = await givenIncident(sides.pool, { atMs })
  const steps = ['lost', 'elsewhere', 'here']
  await givenPlans(sides.pool, incident, steps, { atMs })
  await giveUp(sides.pool, { incident, step: 'lost', atMs })
  expect(await claimStep(sides.pool, { incident, step: 'elsewhere', target: 'other', atMs, limit })).toBe(
    'granted',
  )
  expect(await claimStep(sides.pool, { incident, step: 'here', atMs, limit })).toBe('granted')
})
