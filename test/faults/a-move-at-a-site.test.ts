/**
 * Goal: an incident at a site that is moved to another version goes on by it, whether or not anybody is at the site meanwhile. Method:
 * real worker processes; that of the site ends, or stops itself just before an effect and is killed there.
 */
import { expect, test, vi } from 'vitest'
import { listGates } from '../../store/gates.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'
import { expectReplayAgrees } from '../support/replayed-record.ts'
import { verifyStored } from '../support/stored-record.ts'
import { moveTo } from '../support/versions.ts'

// Several workers boot in each test, and what one of them had taken has to be given up.
vi.setConfig({ testTimeout: 240_000 })

const gate = 'gate: { approvers: [role:approver], expires: 60m, on_expiry: escalate }'
const version = (id: string, { severity = 'SEV3', more = '' } = {}): string => `
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: ${severity}, when: 'checks.health.status == "degraded"' }, { is: SEV4 } ]
mitigate:
  - id: ${id}
    uses: service.restart
    target: api
    with: { grace: 1s, healthy_within: 10s }
    verify: { check: health, until: 'value.status == "up"', settle: 100ms, for: 1s, within: 20s, every: 500ms }
    undo: { none: a restart has nothing to undo }
    ${more}
verify: { checks: [health], until: 'checks.health.status == "up"', for: 1s, within: 20s, every: 500ms }
hold: 500ms
escalate:
  - { after: 0m, page: [on-call] }
`
const sick = (more = ''): string => `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: sick, title: Sick, owner: test }
targets: { api: service }
match: alert.labels.alertname == "Sick"
${version('before', { more })}`
const site = 'berlin'
const targets = [
  { name: 'real-api', kind: 'service', role: 'api', system: 'real', environment: 'test', site },
] as const

const move = ({ pool }: World, number: string) =>
  moveTo({ pool, targets }, { number, by: 'ana', atMs: Date.now() }, version('after', { severity: 'SEV2' }))

test('with nobody at the site: whoever comes there next measures and mends by the new version', async () => {
  const world = await startWorld({ site, runbooks: [sick(gate)] })
  await world.startWorker().says('worker ready')
  const first = world.startSiteWorker()
  const number = await world.fire('Sick')
  await eventually(
    async () => (await listGates(world.pool, { incident: number, open: true })).length > 0,
    60_000,
  )
  await first.kill()
  await move(world, number)
  await eventually(async () => (await world.entries(number, 'gate.withdrawn')).length > 0)
  const late = world.startSiteWorker()
  await expectOnce(world, number, late.pid, ['after'])
  expect(await world.entries(number, 'severity.changed')).toMatchObject([{ from: 'SEV3', to: 'SEV2' }])
})

test('killed there before the effect of the version before: that one is settled first, and nobody repeats it', async () => {
  const world = await startWorld({ site, runbooks: [sick()] })
  await world.startWorker().says('worker ready')
  const first = world.startSiteWorker({ pause: 'select is_on, changed_at' })
  const number = await world.fire('Sick')
  await first.says('process paused')
  await move(world, number)
  await first.kill()
  await eventually(async () => (await world.entries(number, 'effect.ended')).length > 0, 60_000)
  expect(await world.entries(number, 'effect.ended')).toMatchObject([{ step: 'before', outcome: 'unknown' }])
  const late = world.startSiteWorker()
  await expectOnce(world, number, late.pid, ['before', 'after'])
  expect(await world.entries(number, 'effect.probed')).toMatchObject([{ step: 'before', answer: 'not-done' }])
})

/** It recovers by the new version, with one start of the service, which the worker there has done. */
async function expectOnce(world: World, number: string, pid: number, claimed: string[]): Promise<void> {
  await eventually(async () => (await world.entries(number, 'recovery.held')).length > 0, 120_000)
  await world.resolveAlert('Sick')
  const row = await world.closed(number)
  expect(row['outcome']).toBe('recovered')
  expect(row['bindings']).toContainEqual({ role: 'api', kind: 'service', target: 'real-api', site })
  expect(world.starts()).toBe(1)
  expect(await world.entries(number, 'rebase.taken')).toMatchObject([{ nextStep: 'after' }])
  expect((await world.entries(number, 'claim.made')).map(({ step }) => step)).toEqual(claimed)
  const { rows } = await world.pool.query<{ worker: string }>(
    `select worker from claim where step = 'after' order by claimed_at`,
  )
  expect(rows).toEqual([{ worker: expect.stringMatching(`/${pid}$`) }])
  expect(await world.entries(number, 'page.sent')).toHaveLength(1)
  const { chainFaults, rowFaults } = await verifyStored(world.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
  await expectReplayAgrees(world.pool, number)
}
