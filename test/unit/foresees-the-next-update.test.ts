import { expect, it } from 'vitest'
import type { Communication } from '../../contracts/communication.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import { nextUpdate } from '../../language/next-update.ts'
import { closedIncident, waitingIncident } from '../cli/support/full-story.ts'
import { openedMs } from '../cli/support/full-timeline.ts'

const minute = 60_000
const half: Communication = { everyMs: 30 * minute, tell: ['support', 'lead'] }
const untilWell: Communication = { everyMs: 20 * minute, until: 'mitigated', tell: ['public'] }
const worst: Communication = { everyMs: 10 * minute, when: 'incident.severity == "SEV1"', tell: ['board'] }
const recovered = { recoveredAt: '2025-03-14T02:03:40Z' }
const resolving = { kind: 'resolve.requested', atMs: openedMs, data: {} }
const ending = { timeline: [resolving] } as unknown as Partial<IncidentDetail>

it.each<[string, Communication[], Partial<IncidentDetail>, number, [number, string[]] | null]>([
  ['the first', [half], {}, 1, [30, ['support', 'lead']]],
  ['the one after it, at its very time', [half], {}, 30, [60, ['support', 'lead']]],
  ['the earlier of two', [half, untilWell], {}, 5, [20, ['public']]],
  [
    'both together, each name once',
    [half, { ...untilWell, tell: ['lead'] }],
    {},
    50,
    [60, ['support', 'lead']],
  ],
  ['none that is over with the recovery', [half, untilWell], recovered, 5, [30, ['support', 'lead']]],
  ['one whose condition holds', [half, worst], { severity: 'SEV1' }, 5, [10, ['board']]],
  ['none whose condition does not', [half, worst], { severity: 'SEV3' }, 5, [30, ['support', 'lead']]],
  ['none once a person has ended it', [half], ending, 5, null],
  ['none where only events are told', [{ on: ['opened'], tell: ['support'] }], {}, 5, null],
  ['none of a runbook without rules', [], {}, 5, null],
])('it is %s', (_, communication, changes, nowMinute, expected) => {
  const incident = { ...waitingIncident, openedAt: new Date(openedMs).toISOString(), ...changes }
  const dueAt = expected && new Date(openedMs + expected[0] * minute).toISOString()
  expect(nextUpdate(incident, { communication }, openedMs + nowMinute * minute)).toEqual(
    expected && { dueAt, tell: expected[1] },
  )
})

it('is none of a closed incident', () => {
  expect(nextUpdate(closedIncident, { communication: [half] }, openedMs)).toBeNull()
})
