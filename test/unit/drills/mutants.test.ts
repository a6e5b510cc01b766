import { describe, expect, test } from 'vitest'
import { hashOf } from '../../../contracts/canonical-json.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { commonDrills } from '../../../drills/common-drills.ts'
import type { Mutant } from '../../../drills/mutant.ts'
import { mutantsOf } from '../../../drills/mutants.ts'
import { variantsOf } from '../../../drills/mutate-conditions.ts'
import { isEnough, mutationScore, noticedFirst } from '../../../drills/mutation-score.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { shippedRunbooks } from '../../support/mutated-runbooks.ts'

function read(text: string): Runbook {
  const parsed = parseRunbook(text, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.runbook
}

const shipped = shippedRunbooks.map(read)
const named = (name: string): Runbook => shipped.find(runbook => runbook.name === name)!
const what = (mutants: readonly Mutant[]): string[] => mutants.map(mutant => mutant.what)

const rich = read(`
apiVersion: paramedic/v1
kind: Runbook
metadata: { name: rich, title: Rich, owner: test }
targets: { db: postgres, api: service }
match: alert.labels.alertname == "Rich"
triage:
  checks:
    pool: { uses: postgres.connections, target: db }
    health: { uses: service.health, target: api }
  severity: [ { is: SEV1, when: checks.pool.used_ratio > 0.95, for: 2m }, { is: SEV3 } ]
  impact: checks.pool.used_ratio > 0.9
  recheck: 30s
mitigate:
  - id: stop-api
    uses: service.stop
    target: api
    temporary: true
    precheck: { check: pool, when: value.used_ratio > 0.7, after: 2m }
    retry: { times: 2, after: 40s }
    on_failure: escalate
    verify: { check: pool, until: value.used_ratio < 0.7, settle: 7s, for: 20s, within: 95s }
    undo: { uses: service.start, with: { healthy_within: 1m }, verify: { check: health, until: value.status == "up" } }
  - id: call
    manual: Call somebody.
    by: ['role:on-call', 'role:dba']
    expires: 22m
    on_expiry: escalate
office_hours: { zone: Europe/Berlin, days: [mon, tue], from: "09:00", to: "17:00" }
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 18m, only: off-hours, unless: resolved, page: [night] }
  - { after: 25m, when: incident.impact, for: 26m, page: [lead], severity: SEV1 }
  - { after: 40m, only: office-hours, page: [boss] }
`)

describe.each([...shipped, rich].map(runbook => [runbook.name, runbook] as const))('%s', (_, runbook) => {
  const mutants = mutantsOf(runbook)

  test('each is another runbook, with an id and a sentence of its own', () => {
    const hashes = [runbook, ...mutants.map(mutant => mutant.runbook)].map(hashOf)
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
    expect(new Set(what(mutants)).size).toBe(mutants.length)
  })

  test('the same come again, in the same order', () => {
    expect(what(mutantsOf(structuredClone(runbook)))).toEqual(what(mutants))
  })

  test('the name and what it is for stay as they are', () => {
    for (const mutant of mutants) {
      expect(mutant.runbook.name).toBe(runbook.name)
      expect(mutant.runbook.match).toBe(runbook.match)
    }
  })
})

test('times, gates, thresholds, orders and people of a shipped runbook', () => {
  expect(what(mutantsOf(named('pool-exhausted')))).toEqual(
    expect.arrayContaining([
      'escalate[1].after 15m -> 16m',
      'escalate[2].after 30m -> 31m',
      'mitigate[1].gate.on_expiry escalate -> next',
      'mitigate[1].gate dropped',
      'mitigate[1].gate.quorum 1 -> 2',
      'mitigate[0].when `checks.sessions.idle >= 10` -> `checks.sessions.idle >= 11`',
      'triage.severity[1].when `checks.pool.value >= 0.95` -> `checks.pool.value > 0.95`',
      'mitigate[0] end-idle-sessions and restart-api swapped',
      'mitigate[0].with.application "shop" -> "shopx"',
      'escalate[1].page[1] senior dropped',
      'hold 5s -> 10s',
      'triage.impact negated',
      'postmortem.for[1] SEV2 dropped',
      'communication[1].until dropped',
    ]),
  )
})

test('what only some runbooks have', () => {
  expect(what(mutantsOf(rich))).toEqual(
    expect.arrayContaining(
      [
        'triage.severity[0].for 2m -> 4m',
        'triage.recheck 30s -> 1m',
        'mitigate[0].precheck.after 2m -> 4m',
        'mitigate[0].precheck dropped',
        'mitigate[0].retry dropped',
        'mitigate[0].retry.times 2 -> 3',
        'mitigate[0].temporary dropped',
        'mitigate[0].on_failure escalate -> undo',
        'mitigate[0].undo.verify dropped',
        'mitigate[0].undo.with.healthy_within 1m -> 2m',
        'mitigate[1].by role:on-call dropped',
        'mitigate[1].expires 22m -> 23m',
        'office_hours.from_minute 09:00 -> 09:30',
        'office_hours.days[1] tue dropped',
        'escalate[1].only off-hours -> office-hours',
        'escalate[2].for dropped',
      ].map(one => one.replace('by role:on-call dropped', 'by[0] role:on-call dropped')),
    ),
  )
})

test('with another `for` it is measured at another pace, where nobody has said at which', () => {
  const longer = mutantsOf(rich).find(mutant => mutant.what === 'mitigate[0].verify.for 20s -> 40s')
  expect(longer?.runbook.mitigate[0]!.verify).toMatchObject({ forMs: 40_000, everyMs: 13_333 })
})

test('what nobody can notice is said to be the same', () => {
  const same = mutantsOf(named('pool-exhausted')).flatMap(({ what, equivalent }) =>
    equivalent === undefined ? [] : [what],
  )
  expect(same).toEqual([
    'mitigate[1].on_failure next -> stop',
    'escalate[2].unless resolved dropped',
    'escalate[3].unless resolved dropped',
    'postmortem.for[0] SEV1 dropped',
  ])
})

test('of a routine without steps neither its window nor who acknowledges before it has called is a change', () => {
  const same = mutantsOf(named('shop-health-every-four-hours')).flatMap(({ what, equivalent }) =>
    equivalent === undefined ? [] : [what],
  )
  expect(same).toEqual(['schedule.window 1h -> 61m', 'escalate[0].unless nothing -> acknowledged'])
})

test.each([
  ['value.a < 0.7', ['value.a <= 0.7', 'value.a > 0.7', 'value.a < 0.63', 'value.a < 0.77']],
  ['value.a >= 100', ['value.a > 100', 'value.a <= 100', 'value.a >= 90', 'value.a >= 110']],
  ['value.a > 0', ['value.a >= 0', 'value.a < 0', 'value.a > -1', 'value.a > 1']],
  ['value.a > 5.0', ['value.a >= 5.0', 'value.a < 5.0', 'value.a > 4.5', 'value.a > 5.5']],
  ['a == "x" && !b', ['a == "x" || !b', 'a != "x" && !b']],
  ['(a || b) && c', ['(a || b) || c', '(a && b) && c']],
])('what may be written instead of %s', (text, variants) => {
  expect(variantsOf(text).toSorted()).toEqual(variants.toSorted())
})

test('the score counts what can be noticed', () => {
  const [first, second, third, same] = mutantsOf(named('pool-exhausted'))
  const score = mutationScore([
    { mutant: first!, noticedBy: 'a' },
    { mutant: second!, noticedBy: 'b' },
    { mutant: third! },
    { mutant: { ...same!, equivalent: 'so it is' } },
  ])
  expect(score).toMatchObject({
    noticed: 2,
    of: 3,
    percent: 66.6,
    survivors: [third],
    equivalent: [{ id: same!.id }],
  })
  expect([66.6, 66.7].map(threshold => isEnough(score, threshold))).toEqual([true, false])
  expect(mutationScore([]).percent).toBe(100)
})

test('drills about the step come first, and late levels are asked of the longest night', () => {
  const runbook = named('pool-exhausted')
  const { drills } = commonDrills(runbook)
  const firstFor = (path: Mutant['path'], kind: Mutant['kind']): string =>
    noticedFirst({ path, kind }, runbook, drills)[0]!.name
  expect(firstFor(['mitigate', 1, 'gate'], 'gate')).toBe('restart-api-denied')
  expect(firstFor(['escalate', 3, 'afterMs'], 'duration')).toBe('nobody-acknowledges')
  expect(firstFor(['escalate', 1, 'unless'], 'level')).toBe('nobody-approves')
  expect(firstFor(['holdMs'], 'duration')).toBe('first-step-fails')
  const kills = noticedFirst({ path: ['triage'], kind: 'severity' }, runbook, drills).map(({ name }) =>
    name.includes('killed'),
  )
  expect(kills.slice(kills.indexOf(true))).not.toContain(false)
})

test('what has noticed the change beside is asked first, and of drills that are as likely the quickest', () => {
  const runbook = named('pool-exhausted')
  const { drills } = commonDrills(runbook)
  const mutants = mutantsOf(runbook)
  const [later, removed] = ['escalate[3].after 1h -> 61m', 'escalate[3] removed'].map(what =>
    mutants.find(mutant => mutant.what === what)!,
  )
  const noticedBy = drills.at(-1)!.name
  const tookMs = new Map(drills.map(({ name }) => [name, 9_000]))
  const tried = [{ mutant: later!, noticedBy }]
  expect(noticedFirst(removed!, runbook, drills, { tookMs, tried })[0]!.name).toBe(noticedBy)
  const [usual, second] = noticedFirst({ path: ['triage'], kind: 'severity' }, runbook, drills)
  const quick = new Map([...tookMs, [second!.name, 1_000]])
  const first = noticedFirst({ path: ['triage'], kind: 'severity' }, runbook, drills, {
    tookMs: quick,
    tried,
  })[0]!
  expect(first.name).toBe(second!.name)
  expect(first.name).not.toBe(usual!.name)
})
