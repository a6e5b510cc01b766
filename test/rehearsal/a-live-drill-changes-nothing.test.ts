/** The alert of a drill on real targets: what they hold is measured and planned on, and is still there. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { liveLook } from '../../cli/live/live-look.ts'
import { livePlace } from '../../cli/live/live-place.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { readOnlyActions } from '../../rehearsal/read-only-actions.ts'
import { runParamedic } from '../cli/support/run-paramedic.ts'
import { readDrills, readRunbook, runnerOfTests } from '../support/drilled.ts'
import { failureOf, postgresTarget, redisTarget } from '../support/targets-under-test.ts'

const id = randomUUID().slice(0, 8)
const role = `shop_${id}`
const prefix = `live:${id}:`

const runbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: live, title: Everything is full, owner: platform }
targets: { db: postgres, cache: redis }
match: alert.labels.alertname == "Full"
triage:
  recheck: 1m
  checks:
    sessions: { uses: postgres.connections, target: db, with: { application: ${role} } }
    entries: { uses: redis.keys, target: cache, with: { prefix: '${prefix}' } }
  severity:
    - { is: SEV1, when: checks.entries.count > 3 }
    - { is: SEV2, when: checks.entries.count == 3 && checks.sessions.idle == 1 }
    - { is: SEV4 }
mitigate:
  - id: not-needed
    uses: redis.delete_matching
    target: cache
    when: checks.entries.count > 3
    with: { prefix: '${prefix}', at_most: 10 }
    verify: { check: entries, until: value.count == 0 }
    undo: { none: they are made again }
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    with: { idle_longer_than: 1s, at_most: 5, application: ${role} }
    verify: { check: sessions, until: value.idle == 0 }
    undo: { none: clients come back by themselves }
  - { id: look, manual: Look at the dashboard., expires: 10m, on_expiry: next }
  - id: empty
    uses: redis.delete_matching
    target: cache
    with: { prefix: '${prefix}', at_most: 10 }
    verify: { check: entries, until: value.count == 0 }
    undo: { none: they are made again }
escalate: [{ after: 0m, page: [on-call] }]
`
const drills = `apiVersion: paramedic/v1
kind: Drill
runbook: live
given: { alert: { labels: { alertname: Full } }, checks: { entries: { count: 0 }, sessions: { idle: 0 } } }
drills:
  full:
    events: [{ at: 1m, who: ana, does: resolve, because: it was nothing }]
    expect: { severity: SEV4, pages: [{ at: 0m, to: [on-call] }], outcome: resolved-by-person }
`

const loaded = readRunbook(runbook, 'live.yaml')
const [drill] = readDrills(drills, 'live.drill.yaml', loaded)
const redisUrl = inject('redisUrl')
const targets = [postgresTarget(inject('postgresUrl')), redisTarget(redisUrl ?? 'redis://nowhere', [prefix])]

describe.skipIf(redisUrl === undefined)('on a database and a cache', () => {
  let runner: DrillRunner
  let admin: pg.Client
  let idle: pg.Client
  let redis: Redis
  beforeAll(async () => {
    runner = await runnerOfTests()
    admin = new pg.Client({ connectionString: inject('postgresUrl') })
    await admin.connect()
    await admin.query(`create role ${role} login`)
    const url = Object.assign(new URL(inject('postgresUrl')), { username: role })
    idle = new pg.Client({ connectionString: url.href, application_name: role })
    idle.on('error', () => undefined)
    await idle.connect()
    await idle.query('select 1')
    redis = new Redis(redisUrl!)
    for (const key of ['a', 'b', 'c']) await redis.set(prefix + key, 'x')
    // Longer than the runbook lets a session be idle.
    await delay(1_200)
  })
  afterAll(async () => {
    await idle.end()
    await admin.query(`drop role ${role}`)
    await admin.end()
    for (const key of ['a', 'b', 'c']) await redis.del(prefix + key)
    redis.disconnect()
    await runner.stop()
  })

  test('values, severity and plans are those of the targets, and everything is as it was', async () => {
    const place = livePlace(drill!, loaded.runbook, targets)
    expect(place).toEqual({ system: 'shop', environment: 'test' })
    const alert = { labels: { alertname: 'Full', system: 'shop', environment: 'test' }, annotations: {} }
    const incident = await runner.look({ ...drill!, given: { ...drill!.given, alert } }, loaded, targets)
    expect(liveLook(incident, loaded.runbook)).toMatchObject({
      place,
      measured: [
        { check: 'entries', target: 'shop-cache', values: { count: 3 } },
        { check: 'sessions', target: 'shop-db', values: { idle: 1 } },
      ],
      assessed: { severity: 'SEV2' },
      steps: [
        { step: 'not-needed', would: 'leave', because: expect.stringContaining('does not hold') },
        {
          step: 'end-idle',
          would: 'do',
          plan: { action: 'postgres.terminate_idle', target: 'shop-db', preview: { wouldTouch: 1 } },
        },
        { step: 'look', would: 'ask', because: expect.stringContaining('dashboard') },
        { step: 'empty', would: 'do', plan: { target: 'shop-cache', preview: { wouldTouch: 3 } } },
      ],
    })
    expect(incident).toMatchObject({ claims: [], outcome: null })
    expect((await idle.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(await redis.exists(prefix + 'a', prefix + 'b', prefix + 'c')).toBe(3)
  })

  test('what a target does not answer is told as such', async () => {
    const gone = [postgresTarget('postgres://nobody@127.0.0.1:1/nothing'), targets[1]!]
    const alert = { labels: { alertname: 'Full', system: 'shop', environment: 'test' }, annotations: {} }
    const incident = await runner.look({ ...drill!, given: { ...drill!.given, alert } }, loaded, gone)
    const look = liveLook(incident, loaded.runbook)
    expect(look.measured).toContainEqual(
      expect.objectContaining({ check: 'sessions', problem: expect.any(String) }),
    )
    expect(look.steps).toContainEqual(expect.objectContaining({ step: 'end-idle', would: 'leave' }))
  })
})

test('there is nothing to apply or to probe with', async () => {
  expect(Object.keys(readOnlyActions).length).toBeGreaterThan(5)
  for (const action of Object.values(readOnlyActions)) {
    expect((await failureOf((action.apply as () => Promise<unknown>)())).code).toBe('target_rejected')
    expect((await failureOf((action.probe as () => Promise<unknown>)())).code).toBe('target_rejected')
  }
})

test('an alert that does not say where it is from is about the one place that has every target', () => {
  const other = targets.map(target => ({ ...target, environment: 'production' }))
  const labels = { alertname: 'Full', environment: 'production' }
  const saying = { ...drill!, given: { ...drill!.given, alert: { labels, annotations: {} } } }
  expect(livePlace(drill!, loaded.runbook, [...targets, ...other])).toMatchObject({
    problem: expect.stringContaining('shop/test, shop/production'),
  })
  expect(livePlace(saying, loaded.runbook, [...targets, ...other])).toMatchObject({
    system: 'shop',
    environment: 'production',
  })
  expect(livePlace(drill!, loaded.runbook, targets.slice(0, 1))).toMatchObject({
    problem: expect.stringContaining('has a target for each'),
  })
})

test('without configured targets it is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'live-'))
  try {
    writeFileSync(join(folder, 'live.yaml'), runbook)
    writeFileSync(join(folder, 'live.drill.yaml'), drills)
    const { exitCode, stderr } = await runParamedic(['drill', 'run', 'live.yaml', '--live'], { cwd: folder })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('code: no_targets')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
