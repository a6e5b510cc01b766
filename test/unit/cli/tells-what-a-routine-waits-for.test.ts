import { expect, it } from 'vitest'
import { whatIsOpen } from '../../../cli/story/now.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { TimelineEntry } from '../../../contracts/timeline.ts'
import { waitingIncident } from '../../cli/support/full-story.ts'

const now = Date.parse('2026-03-02T02:30:00Z')
const times = { dueAt: '2026-03-02T02:00:00.000Z', closesAt: '2026-03-02T04:00:00.000Z' }
const entry = (kind: string, data: object): TimelineEntry =>
  ({ kind, atMs: now - 60_000, data }) as unknown as TimelineEntry

function told(timeline: TimelineEntry[], needsPeopleSince: string | null): string {
  const routine = { ...times, needsPeopleSince }
  const incident = { ...waitingIncident, gates: [], claims: [], nextPage: null, routine, timeline }
  return whatIsOpen(incident, { now, clock: createClock('UTC'), paint: createPaint(false), width: 100 })
    .join(' ')
    .replace(/\s+/g, ' ')
}

it('nobody, while it goes well', () => {
  const said = told([entry('phase.changed', { from: 'triage', to: 'mitigation' })], null)
  expect(said).toContain('it begins steps until 04:00:00 UTC, and nothing waits for you.')
  expect(said).not.toContain('incident ack')
})

const needed = entry('routine.needs-people', { because: 'step first ended as failed' })

it('whoever was called reads why, and what goes on', () => {
  const said = told([needed], '2026-03-02T02:10:00.000Z')
  expect(said).toContain('It has needed people since 02:10:00 UTC: step first ended as failed.')
  expect(said).not.toContain('nothing waits for you')
  expect(said).not.toContain('incident resolve')
})

const unproved = {
  of: 'overall/1',
  verdict: 'not_recovered',
  because: 'checks.pool.used_ratio < 0.5 did not hold',
}

it('its whole is not proved: why, when it is measured again, and how it is ended', () => {
  const timeline = [
    entry('phase.changed', { from: 'mitigation', to: 'verification' }),
    entry('verification.ended', unproved),
    needed,
  ]
  const said = told(timeline, '2026-03-02T02:10:00.000Z')
  expect(said).toContain(
    'it is not proved: checks.pool.used_ratio < 0.5 did not hold. It is measured again every 5 minutes',
  )
  expect(said).toContain(`npx paramedic incident resolve ${waitingIncident.number} --reason "..."`)
  expect(said).not.toContain('nothing waits for you')
  const proved = [...timeline, entry('verification.ended', { ...unproved, verdict: 'recovered' })]
  expect(told(proved, '2026-03-02T02:10:00.000Z')).not.toContain('not proved')
})
