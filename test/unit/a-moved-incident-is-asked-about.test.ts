import { expect, test } from 'vitest'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { OpenIncident } from '../../store/open-incidents.ts'
import { findLevels, mayBeOverdue } from '../../supervision/look.ts'

const number = 'INC-2025-03-14-007'
const openedMs = Date.parse('2025-03-14T02:00:00Z')
const minute = 60_000
/** Its only level came with a move; the page of the version before has the id that its place would have. */
const incident: OpenIncident = {
  number,
  phase: 'mitigation',
  severity: 'SEV2',
  impact: 'unknown',
  openedAt: new Date(openedMs).toISOString(),
  acknowledgedAt: null,
  recoveredAt: null,
  acknowledgementEpoch: 0,
  hasStarted: true,
  isMoved: true,
  escalation: { escalate: [{ afterMs: 5 * minute, page: ['platform'] }] },
  pages: [{ id: `${number}/page/0/0` }],
}
// Only what decides about levels is asked of it.
const move = {
  kind: 'runbook.rebased',
  atMs: openedMs + 20 * minute,
  data: { levelSlots: [10_000] },
} as unknown as TimelineEntry

test('a level of another version that is overdue is found, and counts from the move', () => {
  const atMs = openedMs + 40 * minute
  expect(mayBeOverdue([incident], atMs)).toEqual([incident])
  expect(findLevels([incident], new Map([[number, [move]]]), atMs)).toMatchObject([
    { kind: 'level', sinceMs: openedMs + 20 * minute },
  ])
})

test('right after the move nothing is overdue', () => {
  expect(findLevels([incident], new Map([[number, [move]]]), openedMs + 20 * minute + 1_000)).toEqual([])
})
