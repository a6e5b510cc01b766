import { expect, test } from 'vitest'
import { coverageLines } from '../../../cli/drill/coverage-lines.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { coverageOf, isCovered } from '../../../drills/coverage.ts'
import type { Happened } from '../../../drills/happened.ts'
import { drilledRunbook } from '../../support/drilled-runbook.ts'
import {
  after,
  drillOf,
  entry,
  gateOf,
  gateOpened,
  happened,
  measured,
  stepEnded,
  told,
  verified,
} from '../../support/happenings.ts'

const runbook = drilledRunbook()
const page = { paint: createPaint(false), width: 80 }

/** What a drill in which this happened reaches, as `<of>: <seen>`. */
function reachedBy(what: Partial<Happened>, of: Runbook = runbook): string[] {
  const { points } = coverageOf(of, [{ drill: drillOf({}, { name: 'one' }), happened: happened(what) }])
  return points.filter(({ drills }) => drills.length > 0).map(({ of, seen }) => `${of}: ${seen}`)
}

const looks = [
  measured('0s', 'pool', { used_ratio: 0.95, idle: 60 }),
  measured('0s', 'health', 'connection refused', 'orders-api'),
]

function triaged(because: string) {
  return entry('0s', 'triage.assessed', { severity: 'SEV2', impact: 'unknown', because })
}

const rows: [string, Partial<Happened>, string[]][] = [
  ['nothing', {}, []],
  [
    'triage',
    {
      timeline: [triaged('SEV2: checks.pool.used_ratio >= 0.9 holds; SEV1 could not be judged')],
      measured: looks,
    },
    [
      'SEV2: when checks.pool.used_ratio >= 0.9',
      'SEV1: checks.health.status == "down": no data',
      'SEV2: checks.pool.used_ratio >= 0.9: true',
      'impact: checks.health.status != "up": no data',
    ],
  ],
  [
    'a rule that holds, behind which no other is asked',
    {
      timeline: [triaged('SEV1: checks.health.status == "down" holds')],
      measured: [measured('0s', 'health', { status: 'down' }, 'orders-api')],
    },
    [
      'SEV1: when checks.health.status == "down"',
      'SEV1: checks.health.status == "down": true',
      'impact: checks.health.status != "up": true',
    ],
  ],
  [
    'a step that is not needed, and one of which nobody can tell',
    {
      timeline: [
        entry('1m', 'step.ended', {
          step: 'end-idle',
          attempt: 1,
          result: 'skipped',
          because: 'not needed: checks.pool.idle >= 50 does not hold',
        }),
        entry('2m', 'step.ended', {
          step: 'end-idle',
          attempt: 2,
          result: 'skipped',
          noData: true,
          because: 'not to be judged without value.used_ratio: value.used_ratio > 0.8',
        }),
      ],
    },
    [
      'end-idle when: checks.pool.idle >= 50: true',
      'end-idle when: checks.pool.idle >= 50: false',
      'end-idle precheck: value.used_ratio > 0.8: no data',
      'end-idle: reached',
      'end-idle: skipped',
    ],
  ],
  [
    'a gate that nobody decides',
    {
      timeline: [
        gateOpened('1m', 'end-idle'),
        entry('16m', 'gate.expired', { gateId: gateOf('end-idle') }),
        stepEnded('16m', 'end-idle', 'expired'),
      ],
    },
    [
      'end-idle when: checks.pool.idle >= 50: true',
      'end-idle precheck: value.used_ratio > 0.8: true',
      'end-idle: reached',
      'end-idle: expired (on_expiry: escalate)',
    ],
  ],
  [
    'a gate that is approved, a step that fails twice, and one that helps',
    {
      timeline: [
        entry('1m', 'gate.decided', { gateId: gateOf('end-idle'), state: 'approved' }, 'person:ana'),
        verified('2m', 'end-idle/1', 'not_recovered'),
        stepEnded('2m', 'end-idle', 'failed'),
        verified('4m', 'end-idle/2', 'no_data'),
        stepEnded('4m', 'end-idle', 'failed', 2),
        verified('5m', 'restart-api/1', 'recovered'),
        stepEnded('5m', 'restart-api', 'succeeded'),
        verified('9m', 'overall/1', 'recovered'),
        entry('9m', 'recovery.held', { because: 'it is well', holdMs: 300_000 }),
      ],
    },
    [
      'end-idle when: checks.pool.idle >= 50: true',
      'end-idle precheck: value.used_ratio > 0.8: true',
      'end-idle verify: value.used_ratio < 0.7: false',
      'end-idle verify: value.used_ratio < 0.7: no data',
      'restart-api verify: value.status == "up": true',
      'verify: checks.pool.used_ratio < 0.7 && checks.health.status == "up": true',
      'end-idle: reached',
      'end-idle: failed (on_failure: escalate)',
      'end-idle: approved',
      'end-idle: tried again',
      'end-idle: failed 2 times',
      'restart-api: reached',
      'restart-api: succeeded',
      'cto after 1 hour: not paged, because it was resolved',
      'recovery: held',
    ],
  ],
  [
    'an incident that goes on for more than an hour',
    {
      timeline: [
        triaged('SEV3: no stronger rule holds'),
        entry('15m', 'page.sent', { ...sent(1), pageId: 'INC-2026-03-02-001/page/0/1' }),
        entry('20m', 'page.sent', { ...sent(2), pageId: 'INC-2026-03-02-001/page/beside/1' }),
        entry('1h', 'page.sent', { ...sent(2), pageId: 'INC-2026-03-02-001/page/0/2' }),
        entry('1h', 'severity.changed', { from: 'SEV3', to: 'SEV1', because: 'level 2 was reached' }),
        entry('2h', 'impact.changed', { from: 'unknown', to: 'no', because: 'a person said so' }),
        entry('3h', 'ladder.exhausted', { because: 'no step of its runbook brought recovery' }),
      ],
      measured: [
        measured('0s', 'pool', { used_ratio: 0.5 }),
        measured('0s', 'health', { status: 'up' }, 'orders-api'),
      ],
    },
    [
      'SEV3: when no other holds',
      'SEV1: checks.health.status == "down": false',
      'SEV2: checks.pool.used_ratio >= 0.9: false',
      'impact: checks.health.status != "up": false',
      'on-call, senior after 15 minutes: paged',
      'cto after 1 hour: paged',
      'cto after 1 hour: incident.impact is true',
      'cto after 1 hour: incident.impact is false',
      'cto after 1 hour: makes it SEV1',
      'ladder: exhausted: no step helped',
    ],
  ],
  [
    'somebody who acknowledges in time, and who is told of it',
    {
      timeline: [entry('14m', 'acknowledged', { alertsCovered: 1, epoch: 0 }, 'person:ana')],
      told: [told('0s', 'opened', 'support'), told('9m', 'resolved', 'cto')],
    },
    ['on-call, senior after 15 minutes: not paged, because it was acknowledged', 'support: told of opened'],
  ],
]

function sent(level: number) {
  return { level, to: ['ana'], dueAt: '', latenessMs: 0, channels: ['log'] }
}

test.each(rows)('%s reaches what it shows, and nothing else', (_, what, reaches) => {
  expect(reachedBy(what)).toEqual(reaches)
})

test('what nobody has to ask for is no aim', () => {
  const plain: Runbook = {
    ...runbook,
    mitigate: [],
    escalate: [],
    triage: { checks: [], severity: [{ is: 'SEV3' }] },
  }
  delete plain.verify
  delete plain.communication
  expect(coverageOf(plain, []).points.map(({ of, seen }) => `${of}: ${seen}`)).toEqual([
    'SEV3: when no other holds',
    'recovery: held',
    'recovery: lost while it was held',
  ])
})

test('a point names the drills that reach it, and a share is never rounded up', () => {
  const what = happened({ timeline: [stepEnded(after('1m'), 'restart-api', 'succeeded')] })
  const played = ['one', 'two'].map(name => ({ drill: drillOf({}, { name }), happened: what }))
  const coverage = coverageOf(runbook, played)
  expect(coverage.points.find(({ of, seen }) => of === 'restart-api' && seen === 'succeeded')).toEqual({
    area: 'steps',
    path: ['mitigate', 1],
    of: 'restart-api',
    seen: 'succeeded',
    drills: ['one', 'two'],
  })
  expect(coverage).toMatchObject({ reached: 2, total: 52, percent: 3 })
  expect([3, 4].map(threshold => isCovered(coverage, threshold))).toEqual([true, false])
  expect(isCovered({ points: [], reached: 899, total: 1_000, percent: 89 }, 90)).toBe(false)
})

test('a table of what is reached, and all that is not', async () => {
  const coverage = coverageOf(runbook, [{ drill: drillOf({}), happened: happened(rows[5]![1]) }])
  const lines = coverageLines('orders-connections', coverage, page, { threshold: 90 })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../cli/golden/coverage.txt')
})
