import { expect, it } from 'vitest'
import { tellMoment } from '../../../cli/at/tell.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { widthOf } from '../../../cli/terminal/width.ts'
import { standingSteps } from '../../../contracts/standing-steps.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { knownFrom } from '../../../proof/learn.ts'
import { fullTimeline, number, openedMs } from '../../cli/support/full-timeline.ts'

const view = { paint: createPaint(false), width: 100, clock: createClock('Europe/Berlin'), now: openedMs }
// Only the mildest severity is looked at.
const runbook = { triage: { severity: [{ is: 'SEV1' }, { is: 'SEV3' }] }, escalate: [] } as unknown as Runbook
const nextPage = {
  level: 1,
  dueAt: new Date(openedMs + 900_000).toISOString(),
  functions: ['on-call', 'senior'],
  unless: 'acknowledged' as const,
}

function toldAt(seconds: number): string {
  const atMs = openedMs + seconds * 1_000
  const known = knownFrom(fullTimeline, atMs)
  const inPlace = standingSteps(fullTimeline.filter(entry => entry.atMs <= atMs))
  return tellMoment({ number, atMs, known, runbook, nextPage, inPlace }, view).join('\n')
}

it.each<[number, string[], string[]]>([
  [
    0,
    [
      '0s after it opened',
      'severity  SEV3, before anything was measured',
      'nobody had acknowledged',
      'phase     detection',
    ],
    ['shop-metrics'],
  ],
  [
    40,
    [
      'severity  SEV2 (High)',
      'customers affected: unknown',
      '1 alert firing: ShopDatabasePoolExhausted since 03:02:11',
      'errors on shop-metrics at 03:02:11: no answer: no series of shop_http_error_ratio',
      'end-idle-sessions failed at 03:02:43',
      'restart-api waited for approver (0 of 2), until 03:17:44',
      'level 0 to on-call sent at 03:02:11',
      'next page on-call and senior at 03:17:11 unless acknowledged',
    ],
    ['ana'],
  ],
  [112, ['on it     ana, since 03:03:40', 'waited for approver (1 of 2)'], []],
  [130, ['restart-api ran since 03:04:18: service.restart on shop-api'], ['waited for']],
  [
    155,
    ['restart-api failed', 'no step was left', 'in place  restart-api; service.start on shop-api'],
    ['ran since'],
  ],
  [
    63 * 60 + 1,
    [
      'phase     verification: resolved by a person',
      'SEV1 (Critical), set by ana',
      'customers affected: yes, said by ana',
      'none firing',
    ],
    [],
  ],
])('after %i s', (seconds, says, saysNot) => {
  const told = toldAt(seconds)
  for (const words of says) expect(told).toContain(words)
  for (const words of saysNot) expect(told).not.toContain(words)
  for (const line of told.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100)
})

it('before it opened nothing was known', () => {
  expect(toldAt(-1)).toContain('Nothing was known: it had not opened yet.')
})
