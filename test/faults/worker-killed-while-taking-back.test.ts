/**
 * Goal: whatever moment a worker dies in, a temporary step is applied once and taken back once, and nothing of it goes unreported.
 * Method: a real worker stops itself at a chosen statement of the step or of its undo and is killed there; another goes on. The
 * service itself writes down each of its starts.
 */
import { expect, test, vi } from 'vitest'
import { eventually } from '../support/incident-harness.ts'
import { startWorld } from '../support/real-world.ts'

// Two workers boot in each test, and a heartbeat has to run out.
vi.setConfig({ testTimeout: 150_000 })

const outcome = 'update claim set outcome'
const claim = 'insert into claim (incident, step, attempt, action'
/** The harness's look just before the effect; there is a second one at the target's own checkpoint. */
const beforeEffect = 'select is_on, changed_at'

/** What is sick is stopped until its incident is over: down is better, and started again it is well. */
const stopsWhatIsSick = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: stops, title: Sick, owner: test }
targets: { api: service }
match: alert.labels.alertname == "Sick"
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
mitigate:
  - id: stop-worker
    uses: service.stop
    target: api
    temporary: true
    with: { grace: 1s }
    verify: { check: health, until: 'value.status == "down"', for: 300ms, within: 20s, every: 250ms }
    undo:
      uses: service.start
      with: { healthy_within: 10s }
      verify: { check: health, until: 'value.status == "up"', for: 300ms, within: 20s, every: 250ms }
verify: { checks: [health], until: 'checks.health.status != "degraded"', for: 300ms, within: 20s, every: 250ms }
hold: 500ms
escalate:
  - { after: 0m, page: [on-call] }
`

test.each([
  ['between the effect of the step and its record', { pause: outcome }, 'stop-worker'],
  ['before the claim of the undo', { pause: claim, nth: 2 }, undefined],
  ['between the effect of the undo and its record', { pause: outcome, nth: 2 }, 'stop-worker.undo'],
])('killed %s: stopped once, started once, and all of it on record', async (_, fault, probed) => {
  const { world, number } = await killedAt(fault)
  const row = await world.closed(number)
  expect(row['outcome']).toBe('recovered')
  expect(world.starts()).toBe(1)
  expect(await world.service.identity()).toBeDefined()
  expect(await world.entries(number, 'undo.registered')).toHaveLength(1)
  expect(await world.entries(number, 'undo.ended')).toMatchObject([{ step: 'stop-worker', is: 'undone' }])
  const probes = await world.entries(number, 'effect.probed')
  expect(probes.map(({ step, answer }) => `${step} ${answer}`)).toEqual(
    probed === undefined ? [] : [`${probed} done`],
  )
  expect(await world.entries(number, 'page.sent')).toHaveLength(1)
})

test('killed between the claim of the undo and its effect: found not done, and done once', async () => {
  const { world, number } = await killedAt({ pause: beforeEffect, nth: 3 })
  await world.closed(number)
  expect(world.starts()).toBe(1)
  const probes = await world.entries(number, 'effect.probed')
  expect(probes.map(({ step, answer }) => `${step} ${answer}`)).toEqual(['stop-worker.undo not-done'])
  expect(await world.entries(number, 'undo.ended')).toMatchObject([{ step: 'stop-worker', is: 'undone' }])
})

async function killedAt(fault: { pause: string; nth?: number }) {
  const world = await startWorld({ runbooks: [stopsWhatIsSick] })
  const first = world.startWorker(fault)
  await first.says('worker ready')
  const number = await world.fire('Sick')
  const isPaused = first.says('process paused')
  if ((fault.nth ?? 1) > 1) {
    await eventually(async () => (await world.entries(number, 'recovery.held')).length > 0, 60_000)
    await world.resolveAlert('Sick')
  }
  await isPaused
  await first.kill()
  world.startWorker()
  if (fault.nth === undefined) await world.resolveAlert('Sick')
  return { world, number }
}
