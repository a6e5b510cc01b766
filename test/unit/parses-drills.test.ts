/** Goal: a file of drills says what contracts/drill.ts has, and where each part of it was written. */
import { describe, expect, test } from 'vitest'
import type { Drill } from '../../contracts/drill.ts'
import type { Path } from '../../language/fault.ts'
import { isDrillFile, parseDrills } from '../../language/parse-drill.ts'
import { isRunbookFile } from '../../language/parse-runbook.ts'

const head = 'apiVersion: paramedic/v1\nkind: Drill\nrunbook: pool\n'

function parsed(text: string): { drill: Drill; line: (path: Path) => string } {
  const read = parseDrills(text, 'pool.drill.yaml')
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  const [drill] = read.drills
  if (drill === undefined) throw new Error('there is no drill')
  const lines = text.split('\n')
  return {
    drill,
    line: path => {
      const { line, column } = read.lineOf(drill.name, path)
      return lines[line - 1]!.slice(column - 1)
    },
  }
}

/** One drill with this body. */
function drillOf(body: string, shared = ''): Drill {
  return parsed(`${head}${shared}drills:\n  one:\n${body}`).drill
}

test('a drill that says nothing has an alert on a working day, and expects nothing', () => {
  expect(drillOf('    expect: {}')).toEqual({
    name: 'one',
    runbook: 'pool',
    given: {
      at: { day: 'mon', minute: 600 },
      alert: { labels: {}, annotations: {} },
      targets: {},
      autonomy: 'auto',
      people: {},
      checks: {},
      steps: {},
    },
    events: [],
    crashes: [],
    expect: { pages: [], never: [] },
  })
})

describe('what is given', () => {
  const given = (body: string, shared = ''): Drill['given'] =>
    drillOf(`${body}\n    expect: {}`, shared).given

  test.each([
    ['sunday 03:00', { day: 'sun', minute: 180 }],
    ['Wed 23:59', { day: 'wed', minute: 1439 }],
    ['{ day: tuesday, clock: 00:00 }', { day: 'tue', minute: 0 }],
    ['{ day: mon, clock: 08:30, zone: Europe/Berlin }', { day: 'mon', minute: 510, zone: 'Europe/Berlin' }],
  ])('at: %s', (written, at) => {
    expect(given(`    given: { at: ${written} }`).at).toEqual(at)
  })

  test('targets by their number or their names', () => {
    expect(given('    given: { targets: { db: 0, api: 1, edges: 3, cache: [red, blue] } }').targets).toEqual({
      db: [],
      api: ['api'],
      edges: ['edges-1', 'edges-2', 'edges-3'],
      cache: ['red', 'blue'],
    })
  })

  test('checks as fields from the beginning, or as changes', () => {
    const checks = `    given:
      checks:
        pool: { used_ratio: 0.95, top_application: web }
        health:
          - { is: { status: up } }
          - { after: end-idle, wait: 10s, is: { status: down } }
          - { at: 40m, fails: connection refused, target: b }
          - { at: 41m, takes: 3s, is: { status: null } }`
    expect(given(checks).checks).toEqual({
      pool: [{ from: { atMs: 0 }, is: { used_ratio: 0.95, top_application: 'web' } }],
      health: [
        { from: { atMs: 0 }, is: { status: 'up' } },
        { from: { afterEffectOf: 'end-idle', afterMs: 10_000 }, is: { status: 'down' } },
        { from: { atMs: 2_400_000 }, fails: 'connection refused', target: 'b' },
        { from: { atMs: 2_460_000 }, takesMs: 3_000, is: { status: null } },
      ],
    })
  })

  test('steps as one attempt, or as several', () => {
    const steps = `    given:
      steps:
        end-idle: { would_touch: 60, touches: 58, takes: 2s }
        end-idle.undo: [{ unknown: cannot-tell }, { fails: gone }, { is_replaced: true }, { cannot_plan: away }]`
    expect(given(steps).steps).toEqual({
      'end-idle': [{ wouldTouch: 60, touches: 58, takesMs: 2_000 }],
      'end-idle.undo': [
        { unknown: 'cannot-tell' },
        { fails: 'gone' },
        { isReplaced: true },
        { cannotPlan: 'away' },
      ],
    })
  })

  test('is laid over what holds in all drills, name by name', () => {
    const shared = `given:
  at: sun 03:00
  autonomy: propose
  alert: { labels: { a: '1', b: '2' }, annotations: { n: x } }
  people: { ana: [approver], ben: [responder] }
  checks: { pool: { idle: 1, active: 1 }, health: { status: up } }
`
    const own =
      "    given: { autonomy: observe, alert: { labels: { b: '3' } }, people: { ben: [approver] }, checks: { pool: { idle: 2 } } }"
    expect(given(own, shared)).toMatchObject({
      at: { day: 'sun' },
      autonomy: 'observe',
      alert: { labels: { a: '1', b: '3' }, annotations: { n: 'x' } },
      people: { ana: ['approver'], ben: ['approver'] },
      checks: { pool: [{ is: { idle: 2 } }], health: [{ is: { status: 'up' } }] },
    })
    expect(given(own, shared).checks['pool']![0]!.is).not.toHaveProperty('active')
  })
})

describe('events', () => {
  test.each([
    ['who: ana, does: acknowledge', { kind: 'person', who: 'ana', does: { act: 'acknowledge' } }],
    ['who: ana, does: approve, step: a', { does: { act: 'approve', step: 'a' } }],
    ['who: ana, does: deny, step: a, because: no', { does: { act: 'deny', step: 'a', reason: 'no' } }],
    ['who: ana, does: tick, step: a', { does: { act: 'tick', step: 'a', done: true } }],
    ['who: ana, does: decide, step: a, done: false', { does: { act: 'decide', step: 'a', done: false } }],
    ['who: ana, does: cancel, because: wrong', { does: { act: 'cancel', reason: 'wrong' } }],
    ['who: ana, does: freeze', { does: { act: 'freeze', reason: 'as the drill says' } }],
    ['who: ana, severity: SEV1', { does: { act: 'severity', is: 'SEV1' } }],
    ['who: ana, impact: no', { does: { act: 'impact', is: 'no' } }],
    ['alert: resolves', { kind: 'alert', does: 'resolves', labels: {} }],
    ['alert: fires, labels: { pod: b }', { kind: 'alert', does: 'fires', labels: { pod: 'b' } }],
    ['crash: engine', { kind: 'crash', of: 'engine' }],
  ])('%s', (written, expected) => {
    const { events } = drillOf(`    events: [{ at: 3m, ${written} }]\n    expect: {}`)
    expect(events).toMatchObject([{ atMs: 180_000, ...expected }])
  })

  test('on a gate, and the step that is meant is that of the gate', () => {
    const { events } = drillOf(
      '    events: [{ on: { gate: a.undo }, after: 2m, who: ana, does: approve }]\n    expect: {}',
    )
    expect(events).toEqual([
      {
        gateOf: 'a.undo',
        afterMs: 120_000,
        kind: 'person',
        who: 'ana',
        does: { act: 'approve', step: 'a.undo' },
      },
    ])
  })

  test('a crash around an effect has no time of its own', () => {
    const { events, crashes } = drillOf(
      '    events: [{ crash: worker, step: a, point: after-claim }]\n    expect: {}',
    )
    expect([events, crashes]).toEqual([[], [{ step: 'a', at: 'after-claim' }]])
  })
})

describe('what is expected', () => {
  test.each([
    ['severity: SEV2', { severity: [{ is: 'SEV2' }] }],
    ['severity: [SEV3, { is: SEV2, at: 4m }]', { severity: [{ is: 'SEV3' }, { is: 'SEV2', atMs: 240_000 }] }],
    ['impact: no', { impact: [{ is: 'no' }] }],
    [
      'steps: { a: expired, b: { is: failed, at: 0m } }',
      { steps: { a: { is: 'expired' }, b: { is: 'failed', atMs: 0 } } },
    ],
    ['gates: { a.undo: withdrawn }', { gates: { 'a.undo': { is: 'withdrawn' } } }],
    ['pages: [{ at: 15m, to: [a, b] }]', { pages: [{ atMs: 900_000, to: ['a', 'b'] }] }],
    ['told: [{ event: update, to: [b] }]', { told: [{ event: 'update', to: ['b'] }] }],
    [
      'effects: { a: 0, b: { with: { grace: 3 } } }',
      { effects: { a: { times: 0 }, b: { times: 1, with: { grace: 3 } } } },
    ],
    ['verdicts: { overall: recovered }', { verdicts: { overall: [{ is: 'recovered' }] } }],
    [
      'verdicts: { overall: { is: recovered, at: 127s } }',
      { verdicts: { overall: [{ is: 'recovered', atMs: 127_000 }] } },
    ],
    ['undone: { a: in-place }', { undone: { a: 'in-place' } }],
    ['phases: [triage, closed]', { phases: [{ is: 'triage' }, { is: 'closed' }] }],
    ['outcome: open', { outcome: 'open' }],
    ['closed: 12m', { closedAtMs: 720_000 }],
    [
      'timeline: [note, { entry: step.ended, has: { step: a } }]',
      { timeline: [{ kind: 'note' }, { kind: 'step.ended', has: { step: 'a' } }] },
    ],
    ['postmortem: none', { postmortem: null }],
    ['postmortem: { due: 2d }', { postmortem: { dueMs: 172_800_000 } }],
    [
      'never: [{ effect: a }, { entry: note, has: { text: x } }]',
      { never: [{ effect: 'a' }, { entry: 'note', has: { text: 'x' } }] },
    ],
  ])('%s', (written, expected) => {
    expect(drillOf(`    expect: { ${written} }`).expect).toMatchObject(expected)
  })

  test('stands key by key in place of what all drills expect; what must not happen adds up', () => {
    const shared = 'expect: { outcome: recovered, steps: { a: failed }, never: [{ page: cto }] }\n'
    const own = '    expect: { steps: { b: failed }, never: [{ step: c }] }'
    expect(drillOf(own, shared).expect).toEqual({
      outcome: 'recovered',
      steps: { b: { is: 'failed' } },
      pages: [],
      never: [{ step: 'c' }, { page: 'cto' }],
    })
    expect(drillOf('    what: Nothing of its own', shared).expect.outcome).toBe('recovered')
  })
})

test('each part leads to where it was written', () => {
  const text = `${head}given:
  alert: { labels: { team: web } }
  checks:
    pool: { idle: 1 }
    health:
      - { is: { status: up } }
expect:
  outcome: recovered
  never: [{ page: cto }]
drills:
  one:
    given:
      alert: { labels: { pod: a } }
      steps: { a: { would_touch: 3 } }
    events:
      - { at: 1m, crash: engine }
      - { crash: worker, step: a, point: after-claim }
      - { at: 3m, who: ana, does: acknowledge }
    expect:
      severity: SEV2
      pages:
        - { at: 0m, to: [a] }
        - { at: 15m, to: [b] }
      closed: 9m
      steps: { a: failed }
      never: [{ step: c }]
`
  const { line } = parsed(text)
  const begins = (path: Path): string => line(path).split('\n')[0]!
  expect(begins(['given', 'alert', 'labels', 'team'])).toMatch(/^web/)
  expect(begins(['given', 'alert', 'labels', 'pod'])).toMatch(/^a \}/)
  expect(begins(['given', 'checks', 'pool'])).toMatch(/^{ idle/)
  expect(begins(['given', 'checks', 'health', 0, 'is'])).toMatch(/^{ status/)
  expect(begins(['given', 'steps', 'a', 0, 'wouldTouch'])).toMatch(/^3/)
  expect(begins(['given', 'checks', 'pool', 0, 'is', 'idle'])).toMatch(/^1/)
  expect(begins(['events', 1])).toMatch(/^{ at: 3m/)
  expect(begins(['crashes', 0, 'step'])).toMatch(/^a, point/)
  expect(begins(['expect', 'pages', 1, 'atMs'])).toMatch(/^15m/)
  expect(begins(['expect', 'severity', 0])).toBe('SEV2')
  expect(begins(['expect', 'closedAtMs'])).toBe('9m')
  expect(begins(['expect', 'steps', 'a'])).toMatch(/^failed/)
  expect(begins(['expect', 'outcome'])).toBe('recovered')
  expect(begins(['expect', 'never', 1])).toMatch(/^{ page: cto/)
  expect(begins(['expect', 'gates', 'a'])).toMatch(/^severity/)
  expect(begins([])).toMatch(/^given/)
})

test.each(['  one:', '  one: {}', '  one:\n    what: It is night'])(
  'a drill that is to be recorded may say nothing of what is expected: %j',
  written => {
    const text = `${head}drills:\n${written}\n  two: {}\n`
    expect(parseDrills(text, 'x.drill.yaml')).toHaveProperty('faults')
    expect(parseDrills(text, 'x.drill.yaml', undefined, true)).toMatchObject({
      drills: ['one', 'two'].map(name => ({ name, expect: { pages: [], never: [] } })),
    })
  },
)

test('a drill is no runbook, and a runbook no drill', () => {
  expect(['a/pool.drill.yaml', 'pool.drill.yml', 'pool.yaml', '.x/pool.drill.yaml'].map(isDrillFile)).toEqual(
    [true, true, false, false],
  )
  expect(isRunbookFile('a/pool.drill.yaml')).toBe(false)
})
