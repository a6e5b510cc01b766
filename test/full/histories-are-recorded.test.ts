/**
 * Plays every behaviour whose history is kept, and replays what came out. With RECORD_HISTORIES=1 the files in
 * test/replay/histories are written anew: before the first tagged release only, in a commit that says why.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ForeseeInput } from '../../contracts/foresight.ts'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { foreseeWorkflowType, taskQueue } from '../../contracts/messages.ts'
import { bindTargets } from '../../language/bind.ts'
import type { Behaviour } from '../replay/behaviour.ts'
import { behaviours } from '../replay/behaviours.ts'
import { historiesFolder, replay } from '../replay/replay.ts'
import { type Harness, startHarness } from '../support/incident-harness.ts'

let harness: Harness
beforeAll(
  async () => void (harness = await startHarness({ skipsTime: false, isScripted: false, sites: ['berlin'] })),
)
afterAll(() => harness.stop())

test.each(Object.entries(behaviours))('%s', async (name, behaviour) => {
  const workflowId = behaviour.isAsked === true ? await ask(behaviour) : await live(behaviour)
  const history = await harness.client.workflow.getHandle(workflowId).fetchHistory()
  const json = JSON.parse(historyToJSON(history), withoutPlaces) as unknown
  await expect(replay(json, workflowId)).resolves.toBeUndefined()
  if (process.env['RECORD_HISTORIES'] !== '1') return
  mkdirSync(historiesFolder, { recursive: true })
  writeFileSync(
    new URL(`${name}.json.gz`, historiesFolder),
    gzipSync(JSON.stringify({ workflowId, history: json })),
  )
})

async function live(behaviour: Behaviour): Promise<string> {
  const opened = await harness.open(behaviour)
  await behaviour.happens(harness, opened)
  await harness.ended(opened)
  return incidentWorkflowId(opened.number)
}

async function ask(behaviour: Behaviour): Promise<string> {
  const { name, loaded } = await harness.stage(behaviour)
  const place = { system: name, environment: 'test' }
  const input: ForeseeInput = {
    alert: { labels: { alertname: name, ...place }, annotations: {} },
    runbook: loaded.runbook,
    runbookHash: loaded.hash,
    bindings: bindTargets(loaded.runbook.targets, place, harness.targets),
  }
  const workflowId = `foresee/${name}`
  await harness.client.workflow.execute(foreseeWorkflowType, { workflowId, taskQueue, args: [input] })
  return workflowId
}

/** Where it ran is no part of a behaviour: stacks and identities name machines and folders. */
function withoutPlaces(key: string, value: unknown): unknown {
  return key === 'stackTrace' || key === 'identity' ? '' : value
}
