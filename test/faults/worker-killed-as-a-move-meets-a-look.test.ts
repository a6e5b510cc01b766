/**
 * Goal: a worker that dies while an incident is looked at again, and is moved to a version that looks for something else, loses no
 * look and doubles none: what is worse is told once, by the version that is in force for it. Method: a real worker stops itself at
 * a chosen statement and is killed there, and the incident is moved before or after it; another one goes on. Then the service goes down.
 */
import { expect, test, vi } from 'vitest'
import { requestResolve } from '../../store/acts.ts'
import type { Fault } from '../support/child-process.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'
import { expectReplayAgrees } from '../support/replayed-record.ts'
import { verifyStored } from '../support/stored-record.ts'
import { moveTo } from '../support/versions.ts'

// Two workers boot in each test, a heartbeat has to run out, and looks are five seconds apart.
vi.setConfig({ testTimeout: 180_000 })

const version = (severity: string): string => `
triage:
  checks: { health: { uses: service.health, target: api, timeout: 2s } }
  severity: [ { is: ${severity}, when: 'checks.health.status == "down"' }, { is: SEV4 } ]
  recheck: 5s
escalate:
  - { after: 0m, page: [on-call] }
`
const before = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: looks, title: Looks, owner: test }
targets: { api: service }
match: alert.labels.alertname == "Looks"
${version('SEV3')}`
const targets = [
  { name: 'real-api', kind: 'service', role: 'api', system: 'real', environment: 'test' },
] as const

const look = 'select severity, impact, phase from incident'

test.each<[string, 'before' | 'after', Fault]>([
  ['as it looks for the version before', 'before', { pause: look, nth: 3 }],
  ['as it writes down what it saw', 'before', { pause: 'update measurement set checks', nth: 2 }],
  [
    'as it reads that it was moved',
    'after',
    { pause: `left join runbook_version v on kind = 'rebased'`, nth: 2 },
  ],
  ['as it measures for the new version', 'after', { pause: 'insert into measurement', nth: 3 }],
])('killed %s: the look goes on by the new version', async (_, pauses, fault) => {
  const { world, worker, number } = await lookedAt(fault)
  if (pauses === 'before') await worker.says('process paused')
  await move(world, number)
  await worker.says('process paused')
  await worker.kill()
  world.startWorker()
  await eventually(async () => (await world.entries(number, 'rebase.taken')).length > 0, 60_000)
  await world.service.stop({ graceMs: 1_000 })
  await expectOnce(world, number)
})

test('killed when the version before has seen that it is worse, and has not told: the new version says how bad it is', async () => {
  const seen = { pause: 'commit', when: 'after', within: 'insert into measurement', nth: 2 } as const
  const { world, worker, number } = await lookedAt(seen)
  await world.service.stop({ graceMs: 1_000 })
  await worker.says('process paused')
  await move(world, number)
  await worker.kill()
  world.startWorker()
  await expectOnce(world, number)
})

/** It has been looked at again at least once. */
async function lookedAt(fault: Fault) {
  const world = await startWorld({ runbooks: [before] })
  const worker = world.startWorker(fault)
  await worker.says('worker ready')
  const number = await world.fire('Looks')
  await eventually(async () => {
    const { rowCount } = await world.pool.query(
      `select from measurement where incident = $1 and purpose like 'recheck/%'`,
      [number],
    )
    return rowCount !== 0
  }, 30_000)
  return { world, worker, number }
}

async function move({ pool }: World, number: string): Promise<void> {
  await moveTo({ pool, targets }, { number, by: 'ana', atMs: Date.now() }, version('SEV2'))
}

/** That it is down is told once, as the new version says it, and everything else happened once. */
async function expectOnce(world: World, number: string): Promise<void> {
  await eventually(async () => (await world.entries(number, 'severity.changed')).length > 0, 60_000)
  await requestResolve(world.pool, { number, by: 'ana', atMs: Date.now(), reason: 'mended by hand' })
  await world.closed(number)
  expect(await world.entries(number, 'severity.changed')).toEqual([
    { from: 'SEV4', to: 'SEV2', because: 'SEV2: checks.health.status == "down" holds' },
  ])
  expect(await world.entries(number, 'rebase.taken')).toMatchObject([{ measured: ['health'] }])
  expect(await world.entries(number, 'check.measured')).toHaveLength(3)
  expect(await world.entries(number, 'page.sent')).toHaveLength(1)
  const { chainFaults, rowFaults } = await verifyStored(world.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
  await expectReplayAgrees(world.pool, number)
}
