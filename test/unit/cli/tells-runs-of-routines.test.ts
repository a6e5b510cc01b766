import { expect, it } from 'vitest'
import { narrate } from '../../../cli/narrate.ts'
import { heading } from '../../../cli/story/heading.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { whatWasTaken } from '../../../contracts/ends-of-steps.ts'
import type { TimelineEntry } from '../../../contracts/timeline.ts'
import { waitingIncident } from '../../cli/support/full-story.ts'

const clock = createClock('UTC')
const routine = { dueAt: '2026-03-02T02:00:00.000Z', closesAt: '2026-03-02T04:00:00.000Z' }
const opened = (more: object): TimelineEntry => ({
  seq: 1,
  incident: 'INC-2026-03-02-001',
  kind: 'incident.opened',
  actor: 'paramedic',
  atMs: Date.parse(routine.dueAt),
  recordedAt: routine.dueAt,
  hash: 'a'.repeat(64),
  data: {
    title: 'Weekly clean-up',
    runbook: 'shop-weekly',
    runbookHash: 'b'.repeat(64),
    dedupKey: 'routine/shop-weekly',
    bindings: { db: 'shop-db' },
    routine: { ...routine, ...more },
  },
})

it.each([
  ['at its time', {}, 'Opened with runbook shop-weekly (bbbbbbbbbbbb); db is shop-db'],
  ['by hand', { by: 'ana' }, 'Opened with runbook shop-weekly (bbbbbbbbbbbb), started by ana; db is shop-db'],
])('a run that began %s', (_, more, told) => {
  expect(narrate(opened(more), { clock }).text).toBe(told)
})

const measured = 'checks.pool.used_ratio < 0.7 held for 30 s'

it.each([
  ['every step was taken', whatWasTaken({ taken: 3 }), 'Closed: every step was taken', 'over after 29s'],
  [
    'some were not needed',
    whatWasTaken({ taken: 1, 'not-needed': 2 }),
    'Closed: 1 step was taken, 2 were not needed',
    'over after 29s',
  ],
  [
    'its whole was measured',
    measured,
    `Closed: recovered, proved by measurement: ${measured}`,
    'recovered after 29s',
  ],
])('what nothing measured is not called measured: %s', (_, because, told, title) => {
  const atMs = Date.parse(routine.dueAt)
  const data = { outcome: 'recovered', because }
  const closed = { ...opened({}), kind: 'incident.closed', atMs, data } as unknown as TimelineEntry
  expect(narrate(closed, { clock }).text).toBe(told)
  const incident = {
    ...waitingIncident,
    phase: 'closed' as const,
    outcome: 'recovered' as const,
    openedAt: routine.dueAt,
    closedAt: '2026-03-02T02:00:29.000Z',
    timeline: [closed],
  }
  const [first] = heading(incident, { clock, now: atMs, paint: createPaint(false), width: 100 })
  expect(first).toContain(title)
})
