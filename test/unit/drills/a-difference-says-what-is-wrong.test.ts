import { expect, test } from 'vitest'
import type { Drill } from '../../../contracts/drill.ts'
import { compare } from '../../../drills/compare.ts'
import { drilledRunbook } from '../../support/drilled-runbook.ts'
import {
  after,
  assessed,
  drillOf,
  entry,
  gateOf,
  gateOpened,
  happened,
  measured,
  page,
  receipt,
  stepEnded,
  verified,
} from '../../support/happenings.ts'
import { type HeldCase, minutes, saidOf } from '../../support/held-cases.ts'

const rows: HeldCase[] = [
  {
    when: 'a step ended in another way',
    expects: { steps: { 'end-idle': { is: 'expired' } } },
    happens: { timeline: [stepEnded('2m 5s', 'end-idle', 'succeeded')], receipts: [] },
    says: ['expect.steps.end-idle: end-idle ended as succeeded at 2m 05s, expected expired'],
  },
  {
    when: 'a step that was to be tried again ended at last as expected',
    expects: { steps: { 'end-idle': { is: 'succeeded' } }, effects: { 'end-idle': { times: 2 } } },
    happens: {
      timeline: [stepEnded('1m', 'end-idle', 'failed'), stepEnded('3m', 'end-idle', 'succeeded', 2)],
      receipts: [receipt('30s', 'end-idle'), receipt('2m', 'end-idle', { attempt: 2 })],
    },
    says: [],
  },
  {
    when: 'a step was not reached, another one was',
    expects: { steps: { 'restart-api': { is: 'denied' } } },
    happens: { timeline: [stepEnded('3m', 'end-idle', 'skipped')] },
    says: [
      'expect.steps.restart-api: restart-api was not reached, expected denied',
      'expect.steps: nobody expected end-idle to be reached: it ended as skipped at 3m',
    ],
  },
  {
    when: 'a step waits when the drill ends',
    expects: { steps: { 'end-idle': { is: 'expired', atMs: minutes(20) } } },
    happens: { timeline: [gateOpened('1m', 'end-idle')] },
    says: ['expect.steps.end-idle: end-idle was begun and did not end, expected expired at 20m'],
  },
  {
    when: 'what takes a step back is no step that nobody expected',
    expects: { steps: { 'end-idle': { is: 'failed' } }, undone: { 'end-idle': 'undone' } },
    happens: {
      timeline: [
        stepEnded('3m', 'end-idle', 'failed'),
        stepEnded('4m', 'end-idle.undo', 'succeeded'),
        entry('4m', 'undo.ended', {
          step: 'end-idle',
          is: 'undone',
          action: 'postgres.terminate_idle',
          target: 'orders-db',
          because: 'it was done',
        }),
      ],
      receipts: [receipt('2m', 'end-idle'), receipt('4m', 'end-idle.undo')],
    },
    says: [],
  },
  {
    when: 'what was to be taken back stays',
    expects: { undone: { 'end-idle': 'undone' }, effects: {} },
    happens: {
      timeline: [
        entry('4m', 'undo.ended', {
          step: 'end-idle',
          is: 'in-place',
          action: 'postgres.terminate_idle',
          target: 'orders-db',
          because: 'a person denied it',
        }),
      ],
    },
    says: ['expect.undone.end-idle: the undo of end-idle ended as in-place at 4m, expected undone'],
  },
  {
    when: 'severity rose later, and once too often',
    expects: {
      severity: [
        { is: 'SEV3', atMs: 0 },
        { is: 'SEV2', atMs: minutes(30) },
      ],
    },
    happens: {
      timeline: [
        assessed('0s', { severity: 'SEV3' }),
        entry('31m', 'severity.changed', { from: 'SEV3', to: 'SEV2', because: 'worse' }),
        entry('1h', 'severity.changed', { from: 'SEV2', to: 'SEV1', because: 'level 2 was reached' }),
      ],
    },
    says: [
      'expect.severity.1: the severity was SEV2 at 31m, expected at 30m',
      'expect.severity: nobody expected severity SEV1 at 1h',
    ],
  },
  {
    when: 'severity and impact are others',
    expects: { severity: [{ is: 'SEV1', atMs: 0 }], impact: [{ is: 'yes' }, { is: 'no', atMs: minutes(9) }] },
    happens: { timeline: [assessed('0s', { severity: 'SEV2', impact: 'yes' })] },
    says: [
      'expect.severity.0: the severity was SEV2 at 0s, expected SEV1 at 0s',
      'expect.impact.1: there was no impact no at 9m',
    ],
  },
  {
    when: 'a gate ended in another way, one is open and one was never opened',
    expects: {
      gates: { 'end-idle': { is: 'denied' }, 'restart-api': { is: 'expired' }, tick: { is: 'approved' } },
    },
    happens: {
      timeline: [
        gateOpened('1m', 'end-idle'),
        entry('3m', 'gate.decided', { gateId: gateOf('end-idle'), state: 'approved' }, 'person:ana'),
        gateOpened('3m 30s', 'end-idle', 'outcome'),
        gateOpened('4m', 'tick', 'manual'),
      ],
    },
    says: [
      'expect.gates.end-idle: the gate of end-idle ended as approved at 3m, expected denied',
      'expect.gates.restart-api: the gate of restart-api was not opened, expected expired',
      'expect.gates.tick: the gate of tick is open since 4m, expected approved',
    ],
  },
  {
    when: 'verdicts are counted for each step and for the whole',
    expects: {
      verdicts: {
        'end-idle': [{ is: 'not_recovered' }, { is: 'recovered' }],
        overall: [{ is: 'recovered' }],
      },
    },
    happens: {
      timeline: [
        verified('2m', 'end-idle/1', 'not_recovered'),
        verified('4m', 'end-idle/2', 'recovered'),
        verified('6m', 'overall/1', 'no_data'),
      ],
    },
    says: ['expect.verdicts.overall.0: the verdict of the whole was no_data at 6m, expected recovered'],
  },
  {
    when: 'phases are entered in another order',
    expects: { phases: [{ is: 'detection' }, { is: 'triage' }, { is: 'mitigation' }, { is: 'closed' }] },
    happens: {
      timeline: [
        entry('0s', 'phase.changed', { from: 'detection', to: 'triage' }),
        entry('1s', 'phase.changed', { from: 'triage', to: 'mitigation' }),
        entry('5m', 'phase.changed', { from: 'mitigation', to: 'verification' }),
        entry('9m', 'phase.changed', { from: 'verification', to: 'closed' }),
      ],
    },
    says: ['expect.phases: nobody expected phase verification at 5m'],
  },
  {
    when: 'an effect came twice, and one that nobody expected',
    expects: { steps: { 'end-idle': { is: 'succeeded' } } },
    happens: {
      timeline: [stepEnded('3m', 'end-idle', 'succeeded')],
      receipts: [
        receipt('1m', 'end-idle'),
        receipt('2m', 'end-idle'),
        receipt('4m', 'restart-api', { action: 'service.restart', target: 'orders-api' }),
      ],
    },
    says: [
      'expect.steps.end-idle: end-idle changed its target twice, expected once',
      'expect: nobody expected restart-api to change anything: it did service.restart on orders-api at 4m',
    ],
  },
  {
    when: 'nothing is said of steps and effects, and there is one',
    expects: {},
    happens: { receipts: [receipt('1m', 'end-idle')] },
    says: [
      'expect: nobody expected end-idle to change anything: it did postgres.terminate_idle on orders-db at 1m',
    ],
  },
  {
    when: 'a step says that it succeeded, and its target knows nothing of it',
    expects: { steps: { 'end-idle': { is: 'succeeded' } } },
    happens: { timeline: [stepEnded('3m', 'end-idle', 'succeeded')] },
    says: ['expect.steps.end-idle: end-idle changed nothing at its target, expected once'],
  },
  {
    when: 'an effect had another parameter',
    expects: { effects: { 'end-idle': { times: 1, with: { idle_longer_than: 1_200_000, at_most: 200 } } } },
    happens: {
      receipts: [receipt('1m', 'end-idle', { parameters: { idle_longer_than: 600_000, at_most: 200 } })],
    },
    says: [
      'expect.effects.end-idle.with.idle_longer_than: the effect of end-idle at 1m had idle_longer_than 10m, expected 20m',
    ],
  },
  {
    when: 'entries come in an order, with others between them',
    expects: {
      effects: {},
      timeline: [
        { kind: 'gate.opened', has: { step: 'end-idle' } },
        { kind: 'step.ended', has: { step: 'end-idle', result: 'expired' }, atMs: minutes(16) },
        { kind: 'ladder.exhausted' },
      ],
    },
    happens: {
      timeline: [
        gateOpened('1m', 'end-idle'),
        entry('2m', 'freeze.on', { reason: 'release' }),
        stepEnded('16m', 'end-idle', 'denied'),
      ],
    },
    says: [
      'expect.timeline.1: the entry step.ended at 16m has result denied, expected expired',
      'expect.timeline.2: there is no entry ladder.exhausted after those before it',
    ],
  },
  {
    when: 'it ended otherwise',
    expects: { outcome: 'recovered', closedAtMs: minutes(20), postmortem: { dueMs: 172_800_000 } },
    happens: { outcome: 'cancelled', closedAt: after('12m') },
    says: [
      'expect.outcome: the incident ended as cancelled at 12m, expected recovered',
      'expect.closedAtMs: the incident closed at 12m, expected at 20m',
      'expect.postmortem: no post-mortem is asked for, expected: post-mortem is due after 2d',
    ],
  },
  {
    when: 'it did not end',
    expects: { outcome: 'recovered', closedAtMs: minutes(5), postmortem: null },
    happens: { timeline: [assessed('0s')] },
    says: [
      'expect.outcome: the incident is still open at 0s, expected recovered',
      'expect.closedAtMs: the incident did not close, expected at 5m',
    ],
  },
  {
    when: 'what must never come came',
    expects: {
      effects: { 'end-idle': { times: 1 } },
      pages: [{ atMs: 0, to: ['on-call'] }],
      never: [
        { effect: 'end-idle' },
        { page: 'on-call' },
        { severity: 'SEV2' },
        { step: 'end-idle' },
        { entry: 'step.ended', has: { result: 'failed' } },
        { entry: 'ladder.exhausted' },
      ],
    },
    happens: {
      pages: [page('0s', 'on-call')],
      receipts: [receipt('1m', 'end-idle')],
      timeline: [assessed('0s'), stepEnded('2m', 'end-idle', 'failed')],
    },
    says: [
      'expect.never.1: page to on-call: it came at 0s and must never come',
      'expect.never.2: severity SEV2: it came at 0s and must never come',
      'expect.never.0: effect of end-idle: it came at 1m and must never come',
      'expect.never.3: step end-idle: it came at 2m and must never come',
      'expect.never.4: entry step.ended (result failed): it came at 2m and must never come',
    ],
  },
]

test.each(rows)('when $when', ({ expects, happens, says }) => {
  expect(saidOf(expects, happens)).toEqual(says)
})

test('what a person could not do is a difference, whatever is expected', () => {
  const events: Drill['events'] = [
    { atMs: minutes(5), kind: 'person', who: 'ana', does: { act: 'approve', step: 'end-idle' } },
  ]
  const refused = [{ event: 0, moment: after('5m'), because: 'No gate of end-idle is open.' }]
  expect(saidOf({}, { refused }, { events })).toEqual([
    'events.0: ana approves end-idle: that was not possible at 5m: No gate of end-idle is open',
  ])
})

test('a difference has what every check had answered by then', () => {
  const what = happened({
    timeline: [stepEnded('2m', 'end-idle', 'succeeded')],
    measured: [
      measured('0s', 'pool', { used_ratio: 0.95 }),
      measured('0s', 'health', 'connection refused', 'orders-api'),
      measured('1m', 'pool', { used_ratio: 0.6 }),
      measured('3m', 'pool', { used_ratio: 0.2 }),
    ],
  })
  const [first] = compare(drillOf({ steps: { 'end-idle': { is: 'expired' } } }), drilledRunbook(), what)
  expect(first?.checks.map(({ check, values, problem }) => [check, values ?? problem])).toEqual([
    ['pool', { used_ratio: 0.6 }],
    ['health', 'connection refused'],
  ])
})
