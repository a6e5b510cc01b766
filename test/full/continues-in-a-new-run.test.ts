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
import { requestResolve } from '../../store/acts.ts'
import { listHistories } from '../../store/archives.ts'
import { startAuditor } from '../support/auditor.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { stopping, temporaryStep, wellFrom } from '../support/temporary-scenes.ts'
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
  await replaysInSeveralRuns(played.number)
})

test('what was done for the time of the incident is taken back in the new run', async () => {
  const steps = ['second', 'third'].map(id => temporaryStep(id, ''))
  const opened = await harness.open({ runbook: stopping({ steps, hold: '5s' }), target: wellFrom(3) })
  await eventually(async () => (await harness.tell(opened)).entries('recovery.held').length > 0, 60_000)
  await harness.report(opened.name, 'resolved')
  const played = await harness.ended(opened)
  expect(played.receipts.map(({ action }) => action)).toEqual([
    'service.stop',
    'service.stop',
    'service.stop',
    'service.start',
  ])
  expect(played.entries('undo.ended')).toMatchObject([{ step: 'stop-worker', is: 'undone' }])
  await eventually(async () => (await listHistories(harness.pool, played.number)).length > 1)
  const auditor = await startAuditor(harness.pool)
  expect(await auditor.paramedic('incident', 'replay', played.number)).toMatchObject({ exitCode: 0 })
})

test('no level pages twice and none is lost', async () => {
  const opened = await harness.open({ runbook: ladder({ steps: 3 }), target: neverMended })
  await eventually(async () => (await harness.tell(opened)).pages.length === 4, 60_000)
  const told = await harness.tell(opened)
  expect(told.pages.map(sent => sent.page.level).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
})

test('who is told regularly is told across runs, each time once, and people are not told again that the ladder is at its end', async () => {
  const communication = 'communication: [{ every: 5m, tell: [support] }]\n'
  const opened = await harness.open({ runbook: ladder({ steps: 1 }) + communication, target: neverMended })
  const dues = async (): Promise<number[]> => {
    const { rows } = await harness.pool.query<{ due: string }>(
      `select body -> 'update' ->> 'dueAtMs' as due from news where incident = $1 and event = 'update' order by id`,
      [opened.number],
    )
    return rows.map(({ due }) => Number(due))
  }
  await eventually(async () => (await dues()).length >= 12, 60_000)
  const { openedAtMs, entries } = await harness.tell(opened)
  const minutes = (await dues()).map(due => (due - openedAtMs) / 60_000)
  // Every one of its times, and once the history of a run is long, those of whole hours.
  expect(minutes.every(minute => minute % 5 === 0)).toBe(true)
  expect(minutes).toEqual([...new Set(minutes)].toSorted((a, b) => a - b))
  expect(entries('ladder.exhausted')).toHaveLength(1)
  await requestResolve(harness.pool, {
    number: opened.number,
    by: 'ana',
    reason: 'enough',
    atMs: Date.now(),
  })
  await harness.ended(opened)
  await replaysInSeveralRuns(opened.number)
})

/** Every run of the chain is archived, and today's code decides the same again. */
async function replaysInSeveralRuns(number: string): Promise<void> {
  const runs = await eventually(async () => {
    const found = await listHistories(harness.pool, number)
    return found.length > 1 ? found : undefined
  })
  expect(new Set(runs.map(run => run.runId)).size).toBe(runs.length)
  const auditor = await startAuditor(harness.pool)
  expect(await auditor.paramedic('incident', 'replay', number)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${runs.length} runs`),
  })
}
