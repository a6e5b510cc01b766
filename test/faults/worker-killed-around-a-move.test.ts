/**
 * Goal: whatever moment a worker dies in while an incident is moved to another version of its runbook, the incident goes on with that
 * version: no plan of the one before is carried out, every step of the new one happens once, nobody is called twice.
 * Method: a real worker stops itself at a chosen statement and is killed there; another one goes on. Both versions restart a service
 * that writes down each of its starts.
 */
import { expect, test, vi } from 'vitest'
import { listGates } from '../../store/gates.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld } from '../support/real-world.ts'
import { expectReplayAgrees } from '../support/replayed-record.ts'
import { verifyStored } from '../support/stored-record.ts'
import { moveTo } from '../support/versions.ts'

// Two workers boot in each test, and a heartbeat has to run out.
vi.setConfig({ testTimeout: 150_000 })

const version = (id: string, gate = ''): string => `
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
mitigate:
  - id: ${id}
    uses: service.restart
    target: api
    with: { grace: 1s, healthy_within: 10s }${gate}
    verify: { check: health, until: 'value.status == "up"', settle: 100ms, for: 1s, within: 20s, every: 500ms }
    undo: { none: a restart has nothing to undo }
verify: { checks: [health], until: 'checks.health.status == "up"', for: 1s, within: 20s, every: 500ms }
hold: 500ms
escalate:
  - { after: 0m, page: [on-call] }
`
const before = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: sick, title: Sick, owner: test }
targets: { api: service }
match: alert.labels.alertname == "Sick"
${version('asked', '\n    gate: { approvers: [role:approver], expires: 60m, on_expiry: escalate }')}`

test.each([
  ['as it reads that it was moved', { pause: `left join runbook_version v on kind = 'rebased'`, nth: 2 }],
  ['as it withdraws what the version before had asked', { pause: `update gate set state = 'withdrawn'` }],
  ['as it plans the first step of the new version', { pause: 'insert into plan', nth: 2 }],
  ['before the claim of its step', { pause: 'insert into claim (incident, step, attempt, action' }],
  ['between the effect of its step and its record', { pause: 'update claim set outcome' }],
])('killed %s', async (_, fault) => {
  const { world, number } = await killedAt(fault)
  const row = await world.closed(number)
  expect(row['outcome']).toBe('recovered')
  expect(world.starts()).toBe(1)
  expect(await world.entries(number, 'rebase.taken')).toMatchObject([{ nextStep: 'unasked' }])
  const claims = await world.entries(number, 'claim.made')
  expect(claims.map(({ step }) => step)).toEqual(['unasked'])
  expect(await world.entries(number, 'page.sent')).toHaveLength(1)
  const { chainFaults, rowFaults } = await verifyStored(world.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
  await expectReplayAgrees(world.pool, number)
})

async function killedAt(fault: { pause: string; nth?: number }) {
  const world = await startWorld({ runbooks: [before] })
  const first = world.startWorker(fault)
  await first.says('worker ready')
  const number = await world.fire('Sick')
  await eventually(async () => (await listGates(world.pool, { incident: number, open: true })).length > 0)
  const isPaused = first.says('process paused')
  const targets = [
    { name: 'real-api', kind: 'service', role: 'api', system: 'real', environment: 'test' },
  ] as const
  await moveTo({ pool: world.pool, targets }, { number, by: 'ana', atMs: Date.now() }, version('unasked'))
  await isPaused
  await first.kill()
  world.startWorker()
  await eventually(async () => (await world.entries(number, 'recovery.held')).length > 0, 90_000)
  await world.resolveAlert('Sick')
  return { world, number }
}
