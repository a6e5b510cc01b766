import { expect, it } from 'vitest'
import { narrate } from '../../../cli/narrate.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import type { TimelineEntry } from '../../../contracts/timeline.ts'

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
