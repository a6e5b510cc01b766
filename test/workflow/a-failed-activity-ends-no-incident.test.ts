/**
 * Goal: an incident never dies with what it asked for. Method: activities fail for good, as a mistake of ours or
 * `temporal activity fail` makes them, and the incident goes on to its end.
 */
import { activityInfo, asyncLocalStorage } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const broken = ApplicationFailure.nonRetryable('it is broken')

/** For the activity that calls it there is no further try; whatever it returns comes too late. */
async function failForGood(): Promise<void> {
  const { activityId, workflowExecution } = activityInfo()
  await harness.client.activity.fail({ ...workflowExecution!, activityId }, broken)
}

test('a look for what has become worse: it is told once, and the looks go on', async () => {
  let looks = 0
  const played = await harness.play({
    runbook: `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV1, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV3 } ]
  recheck: 1m
escalate: [ { after: 0m, page: [on-call] } ]
`,
    target: {
      async measure() {
        looks += 1
        if (looks === 2 || looks === 3) await failForGood()
        return { idle: 5, used_ratio: looks > 3 ? 0.99 : 0.5 }
      },
    },
    people: [resolves(60)],
  })
  expect(played.entries('recheck.failed')).toEqual([{ because: 'the worker gave up: it is broken' }])
  expect(played.entries('severity.changed')).toMatchObject([{ to: 'SEV1' }])
  expect(played.row['outcome']).toBe('resolved-by-person')
})

test('a measurement of triage: it is one without an answer', async () => {
  let looks = 0
  const played = await harness.play({
    runbook: `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV1, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV3 } ]
escalate: [ { after: 0m, page: [on-call] } ]
`,
    target: {
      async measure() {
        looks += 1
        if (looks === 1) await failForGood()
        return { idle: 5, used_ratio: 0.5 }
      },
    },
    people: [resolves(5)],
  })
  expect(played.entries('check.measured')).toContainEqual(
    expect.objectContaining({ check: 'pool', values: {}, error: 'the worker gave up: it is broken' }),
  )
  expect(played.row['outcome']).toBe('resolved-by-person')
})

test('what writes and what reads: each is begun anew', async () => {
  const toFail = new Set(['openGate', 'withdrawQuestion', 'close'])
  const connect = harness.pool.connect.bind(harness.pool) as (...args: unknown[]) => Promise<never>
  const connecting = vi.spyOn(harness.pool, 'connect')
  connecting.mockImplementation((async (...args: unknown[]) => {
    const asked = asyncLocalStorage.getStore()?.info.activityType ?? ''
    if (toFail.delete(asked)) await failForGood()
    return connect(...args)
  }) as never)
  const played = await harness.play({
    runbook: `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV3 } ]
mitigate: [ { id: by-hand, manual: Do it., expires: 2h } ]
escalate: [ { after: 0m, page: [on-call] } ]
`,
    target: { measure: () => ({ idle: 5, used_ratio: 0.5 }) },
    people: [resolves(5)],
  })
  connecting.mockRestore()
  expect(toFail).toEqual(new Set())
  expect(played.entries('gate.opened')).toHaveLength(1)
  expect(played.entries('gate.withdrawn')).toHaveLength(1)
  expect(played.entries('incident.closed')).toHaveLength(1)
  expect(played.row['outcome']).toBe('resolved-by-person')
})
