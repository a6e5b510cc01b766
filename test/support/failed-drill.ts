/** A drill that went otherwise in several ways, as a run of it would give it. */
import { compare } from '../../drills/compare.ts'
import type { DrillResult } from '../../drills/result.ts'
import { drilledRunbook } from './drilled-runbook.ts'
import {
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
} from './happenings.ts'

const minutes = (count: number): number => count * 60_000

/** @param name of the drill, and of what it is told by. */
export function failedDrill(name = 'nobody-approves'): DrillResult {
  const runbook = drilledRunbook()
  const drill = drillOf(
    {
      severity: [{ is: 'SEV2', atMs: 0 }],
      steps: { 'end-idle': { is: 'expired', atMs: minutes(16) }, 'restart-api': { is: 'succeeded' } },
      pages: [
        { atMs: 0, to: ['on-call'] },
        { atMs: minutes(15), to: ['on-call', 'senior'] },
      ],
      outcome: 'recovered',
    },
    { name },
  )
  const what = happened({
    timeline: [
      entry('0s', 'alert.firing', { alertKey: 'a', name: 'OrdersConnectionsHigh' }),
      assessed('0s'),
      gateOpened('1m', 'end-idle'),
      entry('2m', 'gate.decided', { gateId: gateOf('end-idle'), state: 'approved' }, 'person:ana'),
      stepEnded('2m 35s', 'end-idle', 'succeeded'),
      entry('9m', 'incident.closed', { outcome: 'recovered', because: 'measured' }),
    ],
    pages: [page('0s', 'on-call')],
    receipts: [receipt('2m', 'end-idle')],
    measured: [
      measured('0s', 'health', { status: 'up' }, 'orders-api'),
      measured('0s', 'pool', { idle: 60, used_ratio: 0.95 }),
      measured('2m 30s', 'pool', { idle: 0, used_ratio: 0.3 }),
    ],
    outcome: 'recovered',
    closedAt: { atMs: minutes(9), slackMs: 0 },
  })
  return {
    file: 'runbooks/orders/orders-connections.drill.yaml',
    drill,
    runbook,
    lineOf: path => lines[path.join('.')],
    happened: what,
    differences: compare(drill, runbook, what),
    tookMs: 912,
  }
}

const lines: Record<string, { line: number; column: number }> = {
  expect: { line: 28, column: 5 },
  'expect.steps.end-idle': { line: 31, column: 14 },
  'expect.steps.restart-api': { line: 32, column: 14 },
  'expect.pages.1': { line: 35, column: 9 },
}
