/**
 * Goal: an incident that is moved goes on in a new run by the version it was moved to: no step that was tried is tried again, nobody is
 * called twice, and it can be moved once more. Method: a server that suggests continue-as-new after a few dozen events.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TIME_SKIPPING_CONFIG } from '../../embedded/temporal-config.ts'
import { startTemporalServer, type TemporalServer } from '../../embedded/temporal-server.ts'
import { asks, decide, entry, quiet, steadiness } from '../replay/behaviour.ts'
import { mendedBy } from '../replay/scripted-illness.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { expectReplayAgrees } from '../support/replayed-record.ts'
import { verifyStored } from '../support/stored-record.ts'
import { moveTo } from '../support/versions.ts'

let folder: string
let temporal: TemporalServer
let harness: Harness

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'paramedic-moved-'))
  const dynamicConfig = { ...TIME_SKIPPING_CONFIG, 'limit.historyCount.suggestContinueAsNew': 40 }
  temporal = await startTemporalServer({ dataDir: folder, dynamicConfig, isDurable: false })
  harness = await startHarness({ temporalAddress: temporal.address, isScripted: false, skipsTime: false })
})
afterAll(async () => {
  await harness.stop()
  await temporal.kill()
  rmSync(folder, { recursive: true, force: true })
})

const gated = (id: string): string => `${id}: ${asks}`

const onCall = 'after: 0s, page: [on-call]'
const senior = 'after: 0s, page: [senior]'
const lead = 'after: 60m, page: [lead]'

/** Of the steps those are asked for that have a gate */
function version(steps: string[], levels: string[]): string {
  const written = steps.map(text => {
    const [id, gate] = text.split(': ', 2)
    const asked =
      gate === undefined ? '' : `gate: { approvers: [role:approver], ${text.slice(id!.length + 2)} },`
    return `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${asked}
      verify: { check: pool, until: 'value.used_ratio < 0.7', ${steadiness} }, undo: { none: they reconnect } }`
  })
  return `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate:
${written.join('\n')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 300ms, within: 2s, every: 250ms }
hold: 500ms
escalate:
${levels.map(level => `  - { ${level} }\n`).join('')}`
}

test('a chain of runs takes both versions, each step and each page once', async () => {
  const act = () => ({ number: opened.number, by: 'ana', atMs: Date.now() })
  const opened = await harness.open({
    runbook: version(['first', gated('asked')], [onCall, lead]),
    target: mendedBy(4),
  })
  await entry(harness, opened, 'gate.opened')
  await moveTo(harness, act(), version(['second', 'first', 'third', gated('asked')], [onCall, senior, lead]))
  const gates = async () => (await harness.tell(opened)).entries('gate.opened').length
  await eventually(async () => (await gates()) === 2, 60_000)
  const runsBefore = await runs(opened.number)
  expect(runsBefore).toBeGreaterThan(1)

  await moveTo(harness, act(), version(['first', 'third', gated('last'), 'second'], [senior, onCall, lead]))
  await eventually(async () => (await gates()) === 3, 60_000)
  await decide(harness, opened, 'approve')
  await entry(harness, opened, 'recovery.held')
  await quiet(harness, opened)
  const played = await harness.ended(opened)

  expect(played.row['outcome']).toBe('recovered')
  expect(played.entries('claim.made').map(({ step, attempt }) => [step, attempt])).toEqual([
    ['first', 1],
    ['second', 1],
    ['third', 1],
    ['last', 1],
  ])
  expect(played.receipts).toHaveLength(4)
  expect(played.entries('rebase.taken')).toMatchObject([{ nextStep: 'second' }, { nextStep: 'last' }])
  expect(played.pages.map(({ page }) => page.functions.join())).toEqual(['on-call', 'senior'])
  const { chainFaults, rowFaults } = await verifyStored(harness.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
  expect(await expectReplayAgrees(harness.pool, played.number)).toBeGreaterThanOrEqual(runsBefore)
})

/** How many runs its chain has by now. */
async function runs(number: string): Promise<number> {
  let count = 0
  for await (const _ of harness.client.workflow.list({ query: `WorkflowId = 'incident/${number}'` }))
    count += 1
  return count
}
