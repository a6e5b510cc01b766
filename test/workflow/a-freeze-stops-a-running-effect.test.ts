import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EffectContext } from '../../activities/targets/target.ts'
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
    async apply(_: unknown, { countBy, checkpoint }: EffectContext) {
      let touched = 0
      countBy(() => touched)
      while (touched < 30) {
        await checkpoint()
        batches.push(touched)
        touched += 10
        if (touched === 20)
          await setFreeze(harness.pool, { on: true, by: 'ben', reason: 'release', atMs: Date.now() })
      }
      return { touched, unit: 'things', evidence: {} }
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
