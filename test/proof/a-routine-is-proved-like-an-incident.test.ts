/** Goal: the record of a routine is as complete as that of an incident. Method: one that goes well, its history played again and its rows held against its entries. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listHistories } from '../../store/archives.ts'
import { startAuditor } from '../support/auditor.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { verifyStored } from '../support/stored-record.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness({ isScripted: false })))
afterAll(() => harness.stop())

const runbook = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV4 } ]
  impact: 'false'
mitigate:
  - id: first
    uses: postgres.terminate_idle
    target: db
    with: { idle_longer_than: 10m, at_most: 200 }
    verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 1s, for: 10s, within: 2m, every: 5s }
    undo: { none: "sessions reconnect" }
escalate:
  - { after: 0m, page: [on-call] }
`

test('a routine replays, and every row of it follows from its entries', async () => {
  const target = { measure: () => ({ idle: 50, used_ratio: 0.2 }) }
  const played = await harness.play({ runbook, target, window: '1h' })
  expect(played.row['outcome']).toBe('recovered')
  await eventually(async () => (await listHistories(harness.pool, played.number)).length > 0)
  const auditor = await startAuditor(harness.pool)
  const replayed = await auditor.paramedic('incident', 'replay', played.number)
  expect(replayed.stdout + replayed.stderr).not.toMatch(/disagree|no entry/)
  expect(replayed.exitCode).toBe(0)
  const { chainFaults, rowFaults } = await verifyStored(harness.pool)
  expect([chainFaults, rowFaults]).toEqual([[], []])
})
