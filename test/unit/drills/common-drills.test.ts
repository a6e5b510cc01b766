import { describe, expect, test } from 'vitest'
import type { Runbook } from '../../../contracts/runbook.ts'
import { commonDrills } from '../../../drills/common-drills.ts'
import type { CommonDrill } from '../../../drills/making.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { shippedRunbooks } from '../../support/mutated-runbooks.ts'

function read(text: string): Runbook {
  const parsed = parseRunbook(text, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.runbook
}

const shipped = shippedRunbooks.map(read)
const named = (name: string): Runbook => shipped.find(runbook => runbook.name === name)!
const drillsOf = (runbook: Runbook): Map<string, CommonDrill> =>
  new Map(commonDrills(runbook).drills.map(drill => [drill.name, drill]))
const minutes = (drill: CommonDrill | undefined): string[] =>
  (drill?.expect.pages ?? []).map(({ atMs, to }) => `${atMs / 60_000} ${to.join('+')}`)

function valueAt(tree: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (so, key) =>
      typeof so === 'object' && so !== null
        ? Object.entries(so).find(([name]) => name === String(key))?.[1]
        : undefined,
    tree,
  )
}

describe.each(shipped.map(runbook => [runbook.name, runbook] as const))('%s', (_, runbook) => {
  const { drills, left } = commonDrills(runbook)

  test('every drill has a name of its own, and whatever is left out has a reason', () => {
    const names = [...drills, ...left].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { because } of left) expect(because.length).toBeGreaterThan(10)
  })

  test('what is expected follows from a part of the runbook that is there', () => {
    for (const drill of drills)
      for (const { path, from } of drill.places) {
        const isSaid = valueAt(drill, path) !== undefined
        if (isSaid && from[0] !== 'holdMs')
          expect(valueAt(runbook, from), `${drill.name} ${path.join('.')}`).toBeDefined()
      }
  })

  test('the same runbook gives the same drills', () => {
    expect(commonDrills(structuredClone(runbook))).toEqual({ drills, left })
  })

  test('nobody approves: nothing is done that somebody would have to allow', () => {
    const drill = drillsOf(runbook).get('nobody-approves')
    for (const step of runbook.mitigate)
      if (!('manual' in step) && step.gate !== undefined)
        expect(drill?.expect.effects ?? {}).not.toHaveProperty(step.id)
  })

  test('a worker that is killed leaves one effect', () => {
    for (const drill of drills.filter(({ crashes }) => crashes.length > 0))
      expect(drill.expect.effects?.[drill.crashes[0]!.step]).toEqual({ times: 1 })
  })
})

test('the drills of a ladder with a gate', () => {
  const { drills, left } = commonDrills(named('pool-exhausted'))
  expect(left).toEqual([])
  expect(drills.map(({ name }) => name)).toEqual([
    'nobody-acknowledges',
    'nobody-approves',
    'restart-api-denied',
    'no-data',
    'first-step-fails',
    'every-step-fails',
    'alert-resolves-by-itself',
    'alert-returns-in-the-hold',
    'end-idle-sessions-worker-killed-before-claim',
    'end-idle-sessions-worker-killed-after-claim',
    'end-idle-sessions-worker-killed-after-effect',
    'restart-api-worker-killed-before-claim',
    'restart-api-worker-killed-after-claim',
    'restart-api-worker-killed-after-effect',
    'worker-killed-while-a-gate-is-open',
    'freeze-in-the-middle',
    'db-has-no-target',
    'api-has-no-target',
    'metrics-has-no-target',
  ])
})

test('pages go by levels, and by the gate that nobody answers and the ladder that comes to its end', () => {
  const drills = drillsOf(named('pool-exhausted'))
  expect(minutes(drills.get('nobody-acknowledges'))).toEqual([
    '0 on-call',
    '15 on-call+senior',
    '15.5 senior',
    '15.5 on-call+senior',
  ])
  expect(minutes(drills.get('every-step-fails'))).toEqual([
    '0 on-call',
    '2 on-call+senior',
    '30 senior',
    '60 on-call+senior',
  ])
})

test('a recovery is closed when it has been held, and its post-mortem is due', () => {
  const drill = drillsOf(named('synap-database-connections')).get('first-step-fails')
  // Approved at 1m, then 10s + 1m of the step, 2m of the whole, 5m of the hold.
  expect(drill?.expect).toMatchObject({
    outcome: 'recovered',
    closedAtMs: (60 + 70 + 120 + 300) * 1_000,
    postmortem: { dueMs: 48 * 3_600_000 },
  })
})

test('what destroys asks two people, whatever the runbook says', () => {
  const drill = drillsOf(named('amas-stale-insights')).get('flush-cache-worker-killed-after-effect')
  const approvers = drill?.events.flatMap(event => (event.kind === 'person' ? [event.who] : []))
  expect(approvers).toEqual(['ana', 'ben'])
})

test('a routine is left to its author', () => {
  const { drills, left } = commonDrills(named('shop-health-every-four-hours'))
  expect(drills).toEqual([])
  expect(left).toEqual([{ name: 'common drills', because: expect.stringContaining('routine') }])
})

test("an author's alert and moment go before what is made up", () => {
  const alert = { labels: { alertname: 'ShopDown', instance: 'eu' }, annotations: {} }
  const scene = { alert, at: { day: 'sat', minute: 600 } } as const
  const { drills } = commonDrills(named('service-down'), scene)
  for (const { given } of drills) expect(given).toMatchObject(scene)
})
