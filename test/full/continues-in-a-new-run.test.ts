/**
 * Goal: an incident whose history grew long goes on in a new run as if nothing had been. Method: a server that suggests
 * continue-as-new after a few dozen events, and an incident with several steps, an acknowledgement and hours of escalation.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TIME_SKIPPING_CONFIG } from '../../embedded/temporal-config.ts'
import { startTemporalServer, type TemporalServer } from '../../embedded/temporal-server.ts'
import { listHistories } from '../../store/archives.ts'
import { startAuditor } from '../support/auditor.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { ladder, mendedBy, neverMended } from '../support/scenes.ts'

let folder: string
let temporal: TemporalServer
let harness: Harness

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'paramedic-long-'))
  const dynamicConfig = { ...TIME_SKIPPING_CONFIG, 'limit.historyCount.suggestContinueAsNew': 40 }
  temporal = await startTemporalServer({ dataDir: folder, dynamicConfig, isDurable: false })
  harness = await startHarness({ temporalAddress: temporal.address, isScripted: false })
})
afterAll(async () => {
  await harness.stop()
  await temporal.kill()
  rmSync(folder, { recursive: true, force: true })
})

test('the ladder, the attempts and the evidence go on; every run of the chain is archived', async () => {
  const opened = await harness.open({ runbook: ladder({ steps: 3, hold: '5s' }), target: mendedBy(3) })
  await eventually(async () => (await harness.tell(opened)).entries('recovery.held').length > 0, 60_000)
  await harness.report(opened.name, 'resolved')
  const played = await harness.ended(opened)
  expect(played.entries('step.ended').map(entry => [entry.step, entry.result])).toEqual([
    ['first', 'failed'],
    ['second', 'failed'],
    ['third', 'succeeded'],
  ])
  expect(played.receipts).toHaveLength(3)
  const runs = await eventually(async () => {
    const found = await listHistories(harness.pool, played.number)
    return found.length > 1 ? found : undefined
  })
  expect(new Set(runs.map(run => run.runId)).size).toBe(runs.length)
  const auditor = await startAuditor(harness.pool)
  expect(await auditor.paramedic('incident', 'replay', played.number)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${runs.length} runs`),
  })
})

test('no level pages twice and none is lost', async () => {
  const opened = await harness.open({ runbook: ladder({ steps: 3 }), target: neverMended })
  await eventually(async () => (await harness.tell(opened)).pages.length === 4, 60_000)
  const told = await harness.tell(opened)
  expect(told.pages.map(sent => sent.page.level).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
})
