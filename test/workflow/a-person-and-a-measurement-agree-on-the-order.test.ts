import { afterAll, beforeAll, expect, test } from 'vitest'
import { stateQuery } from '../../contracts/messages.ts'
import { acknowledge, setImpact, setSeverity } from '../../store/acts.ts'
import { holdDeliveries } from '../support/held-deliveries.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { ladder } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

/** Ill, and nothing to be done about it; the measurement of triage waits until it is let go. */
function openInTriage() {
  const measuring = Promise.withResolvers<void>()
  const letGo = Promise.withResolvers<void>()
  const target = {
    measure: async () => {
      measuring.resolve()
      await letGo.promise
      return { idle: 50, used_ratio: 0.99 }
    },
    wouldTouch: () => 0,
  }
  const opening = harness.open({ runbook: ladder(), target })
  return { opening, measuring: measuring.promise, letGo: letGo.resolve }
}

async function say(number: string): Promise<void> {
  const act = { number, by: 'ana', atMs: Date.now() }
  await setSeverity(harness.pool, { ...act, severity: 'SEV3' })
  await setImpact(harness.pool, { ...act, impact: 'no' })
}

async function rowAndWorkflow(opened: { number: string; name: string }) {
  // Heard after the other two, so they have been heard by then.
  await acknowledge(harness.pool, { number: opened.number, by: 'ana', atMs: Date.now() })
  const handle = harness.client.workflow.getHandle(`incident/${opened.number}`)
  const state = await eventually(async () => {
    const known = await handle.query(stateQuery)
    return known.acknowledged && known
  })
  const { row } = await harness.tell(opened)
  return {
    row: { severity: row['severity'], impact: row['impact'] },
    workflow: { severity: state.severity, impact: state.impact },
  }
}

async function assessed(opened: { number: string; name: string }): Promise<void> {
  await eventually(async () => (await harness.tell(opened)).entries('triage.assessed').length > 0)
}

test('said before triage was written and heard after it: both know that the measurement is worse', async () => {
  const { opening, measuring, letGo } = openInTriage()
  const opened = await opening
  await measuring
  const deliver = await holdDeliveries(harness.pool, opened.number)
  await say(opened.number)
  letGo()
  await assessed(opened)
  await deliver()
  const worse = { severity: 'SEV1', impact: 'yes' }
  expect(await rowAndWorkflow(opened)).toEqual({ row: worse, workflow: worse })
})

test('said after triage was written: it stands in both', async () => {
  const { opening, letGo } = openInTriage()
  letGo()
  const opened = await opening
  await assessed(opened)
  await say(opened.number)
  const said = { severity: 'SEV3', impact: 'no' }
  expect(await rowAndWorkflow(opened)).toEqual({ row: said, workflow: said })
})
