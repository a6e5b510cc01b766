import { afterAll, beforeAll, expect, test } from 'vitest'
import { setFreeze } from '../../store/freezes.ts'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { ladder, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

test('what a batch has done stays done and is on record, the next batch does not run, and no other step begins', async () => {
  const batches: number[] = []
  const inBatches = {
    ...neverMended,
    async apply(_: unknown, context: { checkpoint(progress: { touched: number }): Promise<void> }) {
      for (let touched = 0; touched < 30; touched += 10) {
        await context.checkpoint({ touched })
        batches.push(touched)
        if (touched === 10)
          await setFreeze(harness.pool, { on: true, by: 'ben', reason: 'release', atMs: Date.now() })
      }
      return { touched: 30, unit: 'things', evidence: {} }
    },
  }
  const played = await harness.play({
    runbook: ladder({ steps: 2 }),
    target: inBatches,
    people: [resolves(10)],
  })
  expect(batches).toEqual([0, 10])
  expect(played.entries('effect.ended')).toMatchObject([
    { step: 'first', outcome: 'failed', touched: 20, error: 'A freeze by ben stopped the effect after 20.' },
  ])
  expect(played.entries('claim.made')).toMatchObject([{ step: 'first' }])
  expect(played.entries('freeze.met')).toMatchObject([{ step: 'second' }])
  expect(played.receipts).toEqual([])
})
