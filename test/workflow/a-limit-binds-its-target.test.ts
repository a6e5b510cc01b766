import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, ladder, mendedBy, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const hour = 3_600_000

test('one action more than the limit is refused: the step fails, the ladder goes on, a person is paged', async () => {
  const played = await harness.play({
    runbook: ladder({ steps: 2 }),
    target: neverMended,
    limits: { actions: { count: 1, withinMs: hour } },
    people: [resolves(40)],
  })
  expect(played.receipts).toHaveLength(1)
  expect(played.entries('claim.made')).toHaveLength(1)
  expect(played.entries('step.ended')).toMatchObject([
    { step: 'first', result: 'failed' },
    {
      step: 'second',
      result: 'failed',
      because: `${played.name}-db has taken 1 action within 1h, its limit`,
    },
  ])
  // Level 1 is due after 15 minutes; the end of the ladder pages it at once.
  expect(played.pagedAt[1]).toMatchObject({ level: 1 })
  expect(played.pagedAt[1]!.minute).toBeLessThan(10)
})

test('an effect touches no more than the target allows, and the plan says so before', async () => {
  const allowed: number[] = []
  const mended = mendedBy(1)
  const played = await harness.play({
    runbook: ladder(),
    target: {
      measure: mended.measure,
      wouldTouch: () => 120,
      apply: async (_, { atMost }) => {
        allowed.push(atMost)
        return { touched: atMost, unit: 'things', evidence: {} }
      },
    },
    limits: { atMost: 50 },
    people: [alert(1, 'resolved')],
  })
  expect(allowed).toEqual([50])
  expect(played.entries('step.planned')[0]!.preview).toMatchObject({
    summary: 'would touch 120 The limit of the target cuts this to 50 things.',
    wouldTouch: 50,
  })
  expect(played.row['outcome']).toBe('recovered')
})
