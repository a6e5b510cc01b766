/**
 * Goal: a page never waits behind an action. Method: more incidents than one worker runs actions at once, every action held
 * in its target; then one more incident, which has to page while its own action is still waiting for its turn.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'

/** What a worker of the Temporal SDK runs at once of one task queue unless told otherwise. */
const actionsAtOnce = 100

let harness: Harness
let release: () => void
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(async () => {
  release()
  await harness.stop()
})

const runbook = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate:
  - { id: first, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 },
      verify: { check: pool, until: 'value.used_ratio < 0.7', for: 10s, within: 2m },
      undo: { none: "sessions reconnect" } }
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 5s, unless: acknowledged, page: [senior] }
`

test('every place for an action is taken: an incident that opens then still pages, at both its levels', async () => {
  const released = new Promise<void>(resolve => (release = resolve))
  let running = 0
  const target = {
    measure: () => ({ idle: 50, used_ratio: 0.99 }),
    async apply() {
      running += 1
      await released
      return { touched: 1, unit: 'things', evidence: {} }
    },
  }
  for (let opened = 0; opened < actionsAtOnce; opened += 1) await harness.open({ runbook, target })
  await eventually(async () => running === actionsAtOnce, 120_000)

  const late = await harness.open({ runbook, target })
  const levels = await eventually(async () => {
    const { pages } = await harness.tell(late)
    return pages.length === 2 && pages.map(({ page }) => page.level)
  })
  expect(levels).toEqual([0, 1])
  // Its action had every chance to begin.
  expect((await harness.tell(late)).entries('step.planned')).toHaveLength(1)
  expect(running).toBe(actionsAtOnce)
})
