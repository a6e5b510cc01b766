import { expect, test } from 'vitest'
import { compare } from '../../../drills/compare.ts'
import { expectationLines } from '../../../drills/expectation-lines.ts'
import type { Happened } from '../../../drills/happened.ts'
import { withRecorded } from '../../../drills/record.ts'
import { parseDrills } from '../../../language/parse-drill.ts'
import { drilledRunbook } from '../../support/drilled-runbook.ts'
import {
  after,
  assessed,
  entry,
  gateOf,
  gateOpened,
  happened,
  page,
  receipt,
  stepEnded,
} from '../../support/happenings.ts'

const runbook = drilledRunbook()

const what = happened({
  timeline: [
    assessed('0s'),
    stepEnded(after('16m 700ms', '700ms'), 'end-idle', 'expired'),
    stepEnded(after('17m 3s', '2s'), 'restart-api', 'succeeded'),
    stepEnded('18m', 'restart-api.undo', 'succeeded'),
    entry(after('1h 900ms', '900ms'), 'severity.changed', { from: 'SEV2', to: 'SEV1', because: 'level 2' }),
  ],
  pages: [page('0s', 'on-call'), { ...page(after('15m 3s', '3s'), 'on-call', 'senior'), level: 1 }],
  receipts: [receipt('17m', 'restart-api'), receipt('18m', 'restart-api.undo')],
  outcome: 'recovered',
  closedAt: after('1h 20m 5s', '400ms'),
})

const lines = [
  'expect:',
  '  # Recorded: this is what happened. Read it, correct what should be otherwise, and take this line out.',
  '  severity: [SEV2, { is: SEV1, at: 1h }]',
  '  steps:',
  '    end-idle: { is: expired, at: 16m }',
  '    restart-api: succeeded',
  '  pages:',
  '    - { at: 0s, to: [on-call] } # escalate: after 0s',
  '    - { at: 15m, to: [on-call, senior] } # escalate: after 15m, unless acknowledged',
  '  effects:',
  '    restart-api: 1',
  '    restart-api.undo: 1',
  '  outcome: recovered',
  '  closed: 1h20m5s',
]

test('what happened is told in the words of a drill', () => {
  expect(expectationLines(runbook, what)).toEqual(lines)
})

test('that nothing happened is said as well', () => {
  expect(expectationLines(runbook, happened()).slice(2)).toEqual([
    '  steps: {} # none was reached',
    '  pages: [] # nobody was called',
    '  effects: {} # nothing was changed',
    '  outcome: open',
  ])
})

test('a step that still waits is recorded by its open gate', () => {
  const waiting = happened({
    timeline: [stepEnded('1m', 'end-idle', 'failed'), gateOpened('1m', 'restart-api')],
  })
  expect(expectationLines(runbook, waiting).slice(2, 6)).toEqual([
    '  steps:',
    '    end-idle: failed',
    '  gates:',
    '    restart-api: open',
  ])
  expect(differencesOfRecorded(waiting)).toEqual([])
  expect(
    differencesOfRecorded(waiting, { ...waiting, timeline: [stepEnded('1m', 'end-idle', 'failed')] }),
  ).toHaveLength(1)
})

test('a step that is at work as the record ends leaves the steps unsaid', () => {
  const atWork = happened({
    timeline: [
      stepEnded('1m', 'end-idle', 'failed'),
      gateOpened('1m', 'restart-api'),
      entry('2m', 'gate.decided', { gateId: gateOf('restart-api'), state: 'approved' }),
    ],
  })
  expect(expectationLines(runbook, atWork)[2]).toBe('  # no steps: restart-api had begun and not ended')
  expect(differencesOfRecorded(atWork)).toEqual([])
})

/** What goes otherwise, when the first is recorded, in the second. */
function differencesOfRecorded(first: Happened, second = first): unknown[] {
  const text = textOf(withRecorded(`${head}  night: {}\n`, 'night', runbook, first))
  const parsed = parseDrills(text, 'orders.drill.yaml')
  if ('faults' in parsed) throw new Error(`${JSON.stringify(parsed.faults)}\n${text}`)
  return compare(parsed.drills[0]!, runbook, second)
}

const head = `# The drills of orders.
apiVersion: paramedic/v1
kind: Drill
runbook: "orders-connections"   # as it is called
drills:
`

const other = `
  # another one
  other:
    what:  "stays"
    expect: { outcome: open }
`

test.each([
  ['with keys', '  night:\n    what: It is night. # and dark\n    given: { autonomy: auto }\n'],
  ['with a text of several lines', '  night:\n      what: |\n        It is night.\n        And dark.\n'],
  ['that expects nothing', '  night:\n    expect: {} # to be recorded\n    what: It is night.\n'],
  ['that has only an empty expectation', '  night:\n    expect:\n'],
  ['with nothing', '  night:\n'],
  ['with empty braces', '  night: {} # to be recorded\n'],
  ['that is quoted', '  "night":\n    what: It is night.\n'],
])('a drill %s gets what happened, and the rest stays as it was', (_, drill) => {
  for (const rest of ['', other]) {
    const recorded = textOf(withRecorded(head + drill + rest, 'night', runbook, what))
    expect(recorded.startsWith(head)).toBe(true)
    expect(recorded.endsWith(rest)).toBe(true)
    const parsed = parseDrills(recorded, 'orders.drill.yaml')
    if ('faults' in parsed) throw new Error(`${JSON.stringify(parsed.faults)}\n${recorded}`)
    const night = parsed.drills.find(({ name }) => name === 'night')!
    expect(compare(night, runbook, what)).toEqual([])
    expect(compare(night, runbook, happened())).not.toEqual([])
  }
})

test('a comment beside an empty drill stays', () => {
  const recorded = textOf(withRecorded(`${head}  night: {} # dark\n`, 'night', runbook, what))
  expect(recorded).toContain('  night: # dark\n    expect:\n')
})

test('a file without a newline at its end gets one', () => {
  const recorded = textOf(withRecorded(`${head}  night:\n    what: It is night.`, 'night', runbook, what))
  expect(recorded).toContain('    what: It is night.\n    expect:\n')
})

test.each([
  ['that is not there', 'day', 'The file has no drill day.'],
  [
    'that expects something',
    'other',
    'other expects something already. Make it `expect: {}` to record it anew.',
  ],
  ['in braces', 'braced', 'braced is written in braces. Write each of its keys on a line of its own.'],
])('a drill %s is not recorded', (_, name, problem) => {
  const text = `${head}${other}  braced: { what: It is night. }\n`
  expect(withRecorded(text, name, runbook, what)).toEqual({ problem })
})

function textOf(recorded: ReturnType<typeof withRecorded>): string {
  if ('problem' in recorded) throw new Error(recorded.problem)
  return recorded.text
}
