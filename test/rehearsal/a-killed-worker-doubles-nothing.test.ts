/** Whatever a drill kills, at whatever point: one receipt, and the incident goes on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { drilled, readDrills, readRunbook, runnerWithOwnServers } from '../support/drilled.ts'
import { poolDrills, poolRunbook } from '../support/pool-drills.ts'

const loaded = readRunbook(poolRunbook, 'pool.yaml')
let runner: DrillRunner
beforeAll(async () => void (runner = await runnerWithOwnServers()))
afterAll(() => runner.stop())

const ends = `
  expect:
    steps: { end-idle: succeeded }
    effects: { end-idle: 1 }
    pages: [{ at: 0m, to: [on-call] }]
    outcome: recovered`
const killed = (point: string) => `
killed-${point}:
  events: [{ crash: worker, step: end-idle, point: ${point} }, { at: 30s, alert: resolves }]${ends}`

const text = poolDrills(`${['before-claim', 'after-claim', 'after-effect'].map(killed).join('')}
killed-at-its-minute:
  events: [{ at: 30s, crash: worker }, { at: 40s, alert: resolves }]${ends}
killed-while-a-gate-is-open:
  given: { checks: { pool: { used_ratio: 0.95, idle: 0 } } }
  events:
    - { on: { gate: restart }, after: 1m, crash: worker }
    - { on: { gate: restart }, after: 2m, who: ana, does: deny }
    - { at: 4m, who: ana, does: resolve, because: done by hand }
  expect:
    steps: { end-idle: skipped, restart: { is: denied, at: 2m }, raise: withdrawn }
    pages: [{ at: 0m, to: [on-call] }]
    outcome: resolved-by-person
engine-restarted:
  events: [{ at: 30s, crash: engine }, { at: 40s, alert: resolves }]${ends}
`)

// One after the other: each brings up a process, and the machine is for all of them.
test.each(readDrills(text, 'pool.drill.yaml', loaded).map(drill => [drill.name, drill] as const))(
  '%s',
  async (_, drill) => {
    expect((await drilled(runner, loaded, drill)).wrong).toEqual([])
  },
)
