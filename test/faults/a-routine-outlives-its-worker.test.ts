/**
 * Goal: whatever moment a worker or an api dies in while a run of a routine begins, the run takes place once, and nothing of it goes
 * unreported. Method: a real process stops itself at a chosen statement and is killed there, or frozen; another goes on. The service itself
 * writes down each of its starts.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Fault } from '../support/child-process.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'
import { verifyStored } from '../support/stored-record.ts'
import { putFolderInForce, readRunbookFolder } from '../../worker/load-runbooks.ts'

// Two workers boot in each test, and what one of them had taken has to be given up.
vi.setConfig({ testTimeout: 150_000 })

const row = 'insert into routine_run'
const minuteMs = 60_000

/** Restarts the service each hour in this minute. */
function restartsHourly(dueAtMs: number): string {
  return `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: restarts-hourly, title: Restart the service, owner: test }
targets: { api: service }
schedule: { cron: '${new Date(dueAtMs).getUTCMinutes()} * * * *', zone: UTC, window: 30m, system: real, environment: test }
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV4 } ]
  impact: 'false'
mitigate:
  - id: restart
    uses: service.restart
    target: api
    with: { grace: 1s, healthy_within: 10s }
    verify: { check: health, until: 'value.status == "up"', settle: 100ms, for: 1s, within: 20s, every: 500ms }
    undo: { none: "a restart has nothing to undo" }
escalate:
  - { after: 0m, page: [on-call] }
`
}

test.each<[string, Fault]>([
  ['before the row of its time', { pause: row }],
  ['between the row and the commit', { pause: row, when: 'after' }],
  ['after the commit, before the workflow is started', { pause: 'commit', when: 'after', within: row }],
])('killed %s: it takes place once, and nobody is called', async (_, fault) => {
  const world = await worldWithRoutine()
  const first = world.startWorker(fault)
  await first.says('process paused')
  await first.kill()
  world.startWorker()
  await expectOneRun(world)
})

test('frozen between the row and the commit: another worker begins it, and the sleeper adds nothing when it wakes', async () => {
  const world = await worldWithRoutine()
  const sleeper = world.startWorker({ pause: row, when: 'after' })
  await sleeper.says('process paused')
  world.startWorker()
  const number = await expectOneRun(world)
  sleeper.signal('SIGCONT')
  await sleeper.says('statement over')
  await sleeper.says('worker ready')
  expect(await runsOf(world)).toEqual([{ state: 'opened', incident: number, started_by: null }])
  expect(world.starts()).toBe(1)
})

test.each<[string, Fault, number]>([
  ['before its commit', { pause: row, when: 'after' }, 200],
  ['right after its commit', { pause: 'commit', when: 'after', within: row }, 409],
])(
  'an api killed %s: who asks again is told how it stands, and it takes place once',
  async (_, fault, again) => {
    const world = await worldWithRoutine(Date.now() + 20 * minuteMs)
    const doomed = await world.startApi(fault)
    const cutOff = start(doomed.url).catch(() => 'no answer')
    await doomed.says('process paused')
    await doomed.kill()
    expect(await cutOff).toBe('no answer')
    const next = await world.startApi()
    expect((await start(next.url)).status).toBe(again)
    world.startWorker()
    await expectOneRun(world, 'mia')
  },
)

test('an api frozen before its commit: another one starts it, and nothing is begun when the first one wakes', async () => {
  const world = await worldWithRoutine(Date.now() + 20 * minuteMs)
  const sleeper = await world.startApi({ pause: row, when: 'after' })
  const asked = start(sleeper.url)
  await sleeper.says('process paused')
  const next = await world.startOtherApi()
  // Told to ask again for as long as the sleeper may still be deciding.
  const begun = await eventually(async () => {
    const { status } = await start(next.url)
    return status === 503 ? undefined : status
  }, 60_000)
  expect(begun).toBe(200)
  sleeper.signal('SIGCONT')
  expect((await asked).status).toBe(503)
  world.startWorker()
  await expectOneRun(world, 'mia')
})

const token = 'token-of-the-responder-of-this-world'

/** Due now unless told otherwise, and in force since before that: a start that puts it in force counts its times from then on. */
async function worldWithRoutine(dueAtMs = Date.now()): Promise<World> {
  const world = await startWorld({ runbooks: [restartsHourly(dueAtMs)] })
  appendFileSync(
    path.join(world.folder, 'paramedic.yaml'),
    "principals: [{ name: mia, roles: [responder], token: '${file:mia-token}' }]\n",
  )
  writeFileSync(path.join(world.folder, 'mia-token'), token)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 5 * minuteMs })
  onTestFinished(() => void vi.useRealTimers())
  const log = { info: () => {}, error: (fields: object) => expect(fields).toBe('nothing') }
  await putFolderInForce(world.pool, await readRunbookFolder(path.join(world.folder, 'runbooks')), log)
  vi.useRealTimers()
  return world
}

function start(url: string): Promise<Response> {
  return fetch(`${url}/v1/routines/restarts-hourly/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{}',
  })
}

async function runsOf(world: World): Promise<unknown[]> {
  return (await world.pool.query('select state, incident, started_by from routine_run')).rows
}

async function expectOneRun(world: World, startedBy: string | null = null): Promise<string> {
  const number = await eventually(async () => {
    const { rows } = await world.pool.query<{ number: string }>('select number from incident')
    return rows[0]?.number
  }, 60_000)
  expect(await world.closed(number, 90_000)).toMatchObject({ outcome: 'recovered', needs_people_at: null })
  expect(await runsOf(world)).toEqual([{ state: 'opened', incident: number, started_by: startedBy }])
  expect(world.starts()).toBe(1)
  expect(await world.entries(number, 'page.sent')).toEqual([])
  expect((await verifyStored(world.pool)).rowFaults).toEqual([])
  return number
}
