/** Each thing that a drill may say happens, on the real engine, and is seen by what it expects. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { drilled, readDrills, readRunbook, runnerOfTests } from '../support/drilled.ts'
import { poolDrills, poolRunbook } from '../support/pool-drills.ts'

const loaded = readRunbook(poolRunbook, 'pool.yaml')
let runner: DrillRunner
beforeAll(async () => void (runner = await runnerOfTests()))
afterAll(() => runner.stop())

const text = poolDrills(`
first-step-helps:
  events: [{ at: 30s, alert: resolves }]
  expect:
    severity: SEV2
    impact: 'no'
    steps: { end-idle: { is: succeeded, at: 15s } }
    verdicts: { end-idle: recovered, overall: recovered }
    effects: { end-idle: { times: 1, with: { idle_longer_than: 10m, at_most: 200 } } }
    pages: [{ at: 0m, to: [on-call] }]
    told: [{ event: opened, to: [support], at: 0m }, { event: resolved, to: [support] }]
    phases: [triage, mitigation, { is: verification, at: 15s }, closed]
    closed: 1m25s
    outcome: recovered
    postmortem: { due: 48h }
    timeline: [incident.opened, { entry: step.ended, has: { step: end-idle, result: succeeded } }, incident.closed]
    never: [{ effect: restart }, { page: platform-lead }, { entry: gate.opened }]
two-people-approve:
  what: One approval is not enough.
  given: { checks: { pool: [{ is: { used_ratio: 0.95, idle: 0 } }, { after: restart, is: { used_ratio: 0.3 } }] } }
  events:
    - { on: { gate: restart }, after: 1m, who: ana, does: approve }
    - { on: { gate: restart }, after: 3m, who: ben, does: approve }
    - { at: 4m, alert: resolves }
  expect:
    steps: { end-idle: skipped, restart: { is: succeeded, at: 3m6s } }
    gates: { restart: { is: approved, at: 3m } }
    pages: [{ at: 0m, to: [on-call] }]
    outcome: recovered
nobody-does-anything:
  given: { checks: { pool: { used_ratio: 0.95, idle: 0 } } }
  expect:
    steps: { end-idle: skipped, restart: { is: expired, at: 10m }, raise: { is: expired, at: 30m } }
    gates: { restart: expired, raise: { is: expired, at: 30m } }
    pages: [{ at: 0m, to: [on-call] }, { at: 5m, to: [senior] }, { at: 30m, to: [platform-lead] }]
    severity: [SEV2, { is: SEV1, at: 30m }]
    outcome: open
denied-and-mended-by-hand:
  given:
    checks:
      pool: [{ is: { used_ratio: 0.95, idle: 0 } }, { at: 3m30s, is: { used_ratio: 0.2 } }]
  events:
    - { on: { gate: restart }, after: 2m, who: ana, does: deny, because: it is the database }
    - { on: { gate: raise }, after: 2m, who: ben, does: tick }
    - { at: 5m, alert: resolves }
  expect:
    steps: { end-idle: skipped, restart: { is: denied, at: 2m }, raise: { is: succeeded, at: 4m6s } }
    gates: { restart: denied, raise: approved }
    effects: {}
    pages: [{ at: 0m, to: [on-call] }]
    outcome: recovered
taken-by-somebody:
  what: Who acknowledges is not called again, and who ends it ends it.
  given: { people: { eve: [responder] }, checks: { pool: { used_ratio: 0.95, idle: 0 } } }
  events:
    - { at: 1m, who: eve, does: acknowledge }
    - { at: 6m, who: eve, does: resolve, because: we know }
  expect:
    steps: { end-idle: skipped, restart: withdrawn }
    pages: [{ at: 0m, to: [on-call] }]
    outcome: resolved-by-person
    closed: 6m
nobody-knows-whether-it-happened:
  given:
    checks: { pool: [{ is: { used_ratio: 0.95, idle: 40 } }, { at: 2m, is: { used_ratio: 0.2 } }] }
    steps: { end-idle: { unknown: cannot-tell } }
  events:
    - { on: { gate: end-idle }, after: 1m, who: ana, does: decide, step: end-idle, done: true }
    - { at: 5m, alert: resolves }
  expect:
    steps: { end-idle: { is: failed, at: 120s }, restart: withdrawn }
    effects: { end-idle: 1 }
    pages: [{ at: 0m, to: [on-call] }, { at: 1m, to: [senior] }]
    timeline: [effect.ended, effect.probed, gate.decided]
    outcome: recovered
another-server-answers:
  what: What stands there as the effect is to begin is not what was planned; it is planned anew.
  given: { steps: { end-idle: [{ is_replaced: true }, {}] } }
  events: [{ at: 30s, alert: resolves }]
  expect:
    steps: { end-idle: succeeded }
    effects: { end-idle: 1 }
    timeline: [{ entry: effect.ended, has: { attempt: 1, outcome: failed } }, { entry: effect.ended, has: { attempt: 2, outcome: succeeded } }]
    pages: [{ at: 0m, to: [on-call] }]
    outcome: recovered
nothing-can-be-measured:
  given: { checks: { pool: [{ fails: connection refused }], health: [{ fails: connection refused }] } }
  events: [{ at: 20m, who: ana, does: resolve, because: it was a false alarm }]
  expect:
    severity: SEV3
    impact: unknown
    steps: { end-idle: skipped, restart: expired, raise: withdrawn }
    effects: {}
    pages: [{ at: 0m, to: [on-call] }, { at: 5m, to: [senior] }]
    outcome: resolved-by-person
frozen:
  events:
    - { at: 0m, who: eve, does: freeze, because: the database is moved }
    - { at: 9m, who: eve, does: unfreeze }
    - { at: 10m, alert: resolves }
  given: { steps: { end-idle: { takes: 300ms } } }
  expect:
    steps: { end-idle: succeeded }
    pages: [{ at: 0m, to: [on-call] }, { at: 5m, to: [senior] }]
    outcome: recovered
several-alerts:
  events:
    - { at: 10s, alert: repeats }
    - { at: 20s, alert: fires, labels: { pod: b } }
    - { at: 30s, alert: resolves }
    - { at: 2m, alert: resolves, labels: { pod: b } }
  expect:
    steps: { end-idle: succeeded }
    pages: [{ at: 0m, to: [on-call] }]
    closed: 2m
    outcome: recovered
unbound:
  given: { targets: { db: 0 } }
  events: [{ on: { gate: restart }, who: ana, does: deny }, { at: 8m, who: ana, does: resolve }]
  expect:
    steps: { end-idle: skipped, restart: denied, raise: withdrawn }
    effects: {}
    pages: [{ at: 0m, to: [senior] }, { at: 0m, to: [on-call] }]
    outcome: resolved-by-person
severity-by-a-person:
  given: { checks: { pool: { used_ratio: 0.2, idle: 0 } } }
  events:
    - { at: 1m, who: ana, severity: SEV1 }
    - { at: 2m, who: ana, impact: yes }
    - { at: 3m, alert: resolves }
  expect:
    severity: [SEV3, { is: SEV1, at: 1m }]
    impact: ['no', { is: 'yes', at: 2m }]
    pages: [{ at: 0m, to: [on-call] }]
`)

const drills = readDrills(text, 'pool.drill.yaml', loaded)

test.concurrent.each(drills.map(drill => [drill.name, drill] as const))('%s', async (_, drill) => {
  expect((await drilled(runner, loaded, drill)).wrong).toEqual([])
})
