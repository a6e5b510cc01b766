import { expect, it } from 'vitest'
import { nextPage } from '../../language/next-page.ts'
import type { Runbook } from '../../contracts/runbook.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { IncidentDetail, PageView } from '../../contracts/views.ts'
import { closedIncident, waitingIncident } from '../cli/support/full-story.ts'
import { number, openedMs } from '../cli/support/full-timeline.ts'

const minute = 60_000
// Only the levels matter here.
const runbook = {
  escalate: [
    { afterMs: 0, page: ['on-call'] },
    { afterMs: 15 * minute, unless: 'acknowledged', page: ['on-call', 'senior'] },
    { afterMs: 30 * minute, unless: 'resolved', page: ['senior'] },
    { afterMs: 60 * minute, when: 'incident.impact', page: ['platform-lead'] },
  ],
} as unknown as Runbook

function page(epoch: number, level: number): PageView {
  const id = `${number}/page/${epoch}/${level}`
  const never = { sentAt: null, deliveredAt: null, acknowledgedAt: null, acknowledgedBy: null }
  const about = {
    functions: [],
    state: 'sent',
    because: null,
    dueAt: '',
    latenessMs: 0,
    notices: [],
  } as const
  return { id, level, ...about, functions: [], notices: [], ...never }
}

function entry(kind: string, minutes: number, data: object): TimelineEntry {
  return { kind, atMs: openedMs + minutes * minute, data } as unknown as TimelineEntry
}

const firstPage = [page(0, 0)]
const acknowledged = { acknowledgedAt: '2025-03-14T02:03:40Z' }
const first = entry('alert.firing', 0, { alertKey: 'a1' })
const second = entry('alert.firing', 5, { alertKey: 'a2' })
const ack = entry('acknowledged', 2, { alertsCovered: 1, epoch: 0 })

it.each<[string, Partial<IncidentDetail>, number, string[]]>([
  ['the second level', {}, 15, ['on-call', 'senior']],
  ['the third once somebody has it', acknowledged, 30, ['senior']],
  ['what is left of the ladder', { pages: [...firstPage, page(0, 1), page(0, 2)] }, 60, ['platform-lead']],
  [
    'the second again, from a newer alert',
    { timeline: [first, ack, first, second] },
    20,
    ['on-call', 'senior'],
  ],
  [
    'a level that a lost recovery held back',
    { ...acknowledged, timeline: [entry('recovery.lost', 40, { because: '' })] },
    40,
    ['senior'],
  ],
  [
    'a level that nobody acknowledged, once the recovery that held it back is lost',
    { timeline: [entry('recovery.lost', 17, { because: '' })] },
    17,
    ['on-call', 'senior'],
  ],
])('foresees %s', (_, change, minutes, functions) => {
  const found = nextPage({ ...waitingIncident, pages: firstPage, timeline: [], ...change }, runbook)
  expect(found).toMatchObject({ dueAt: new Date(openedMs + minutes * minute).toISOString(), functions })
})

const worse = {
  escalate: [
    { afterMs: 0, page: ['x'] },
    { afterMs: 0, when: 'incident.severity == "SEV1"', page: ['lead'] },
  ],
}
const assessed = (severity: string) => entry('triage.assessed', 0, { severity, impact: 'no', because: '' })
const raised = (minutes: number, to: string) =>
  entry('severity.changed', minutes, { from: 'SEV3', to, because: '' })

it.each<[string, TimelineEntry[], number]>([
  ['since it has become so', [assessed('SEV3'), raised(20, 'SEV1')], 20],
  [
    'since it is so again',
    [assessed('SEV3'), raised(20, 'SEV1'), raised(22, 'SEV2'), raised(25, 'SEV1')],
    25,
  ],
  ['since its opening where triage has said so', [assessed('SEV1')], 0],
])('foresees a level whose condition holds %s', (_, timeline, minutes) => {
  const incident = { ...waitingIncident, severity: 'SEV1' as const, pages: firstPage, timeline }
  const lasting = {
    escalate: worse.escalate.map(level => ('when' in level ? { ...level, forMs: 5 * minute } : level)),
  }
  expect(nextPage(incident, worse)?.dueAt).toBe(new Date(openedMs + minutes * minute).toISOString())
  expect(nextPage(incident, lasting)?.dueAt).toBe(new Date(openedMs + (minutes + 5) * minute).toISOString())
})

/** Moved at minute 20: the level for everybody is as it was, those before and after it came then. */
const move = entry('runbook.rebased', 20, { levelSlots: [10_000, 0, 10_002] })
const moved = {
  escalate: [
    { afterMs: 5 * minute, page: ['platform'] },
    { afterMs: 0, page: ['x'] },
    { afterMs: 0, when: 'incident.severity == "SEV2"', forMs: 30 * minute, page: ['lead'] },
  ],
}
const covered = entry('levels.covered', 20, { pageIds: [`${number}/page/0/10000`] })

it.each<[string, TimelineEntry[], string, number]>([
  ['at once when its time had passed', [], 'platform', 20],
  ['from then on when its condition has to hold for a time', [covered], 'lead', 50],
])('foresees a level that came with another version %s', (_, timeline, who, minutes) => {
  const incident = {
    ...waitingIncident,
    severity: 'SEV2' as const,
    pages: firstPage,
    timeline: [assessed('SEV2'), move, ...timeline],
  }
  expect(nextPage(incident, moved)).toMatchObject({
    functions: [who],
    dueAt: new Date(openedMs + minutes * minute).toISOString(),
  })
})

it('foresees a level that may page in certain hours at the next of these', () => {
  const incident = { ...waitingIncident, pages: firstPage, timeline: [] }
  const officeHours = { zone: 'UTC', days: ['mon' as const], fromMinute: 9 * 60, toMinute: 10 * 60 }
  const level = { afterMs: 15 * minute, page: ['on-call'] }
  const one = (only: 'office-hours' | 'off-hours') =>
    nextPage(incident, {
      officeHours,
      escalate: [
        { afterMs: 0, page: ['x'] },
        { ...level, only },
      ],
    })?.dueAt
  // The incident opened on a Friday.
  expect(one('off-hours')).toBe(new Date(openedMs + 15 * minute).toISOString())
  expect(one('office-hours')).toBe('2025-03-17T09:00:00.000Z')
})

it('foresees nothing when customers are not affected and the rest is done, while it is recovered, once a person has ended it, or when it is over', () => {
  const waiting = { ...waitingIncident, pages: firstPage }
  const rest = [...firstPage, page(0, 1), page(0, 2)]
  expect(nextPage({ ...waiting, impact: 'no', pages: rest }, runbook)).toBeNull()
  expect(nextPage({ ...waiting, recoveredAt: '2025-03-14T02:10:00Z' }, runbook)).toBeNull()
  for (const kind of ['resolve.requested', 'cancel.requested'])
    expect(nextPage({ ...waiting, timeline: [entry(kind, 3, { reason: 'so' })] }, runbook)).toBeNull()
  expect(nextPage(closedIncident, runbook)).toBeNull()
})

it('calls nobody in a routine until it needs people, and then by its levels from that moment', () => {
  const routine = {
    ...runbook,
    schedule: {
      cron: '0 2 * * *',
      zone: 'UTC',
      windowMs: 3_600_000,
      system: 'shop',
      environment: 'production',
    },
  } as Runbook
  const needy = entry('routine.needs-people', 20, { because: 'step one ended as failed' })
  const quiet = { ...waitingIncident, pages: [], timeline: [] }
  expect(nextPage(quiet, routine)).toBeNull()
  expect(nextPage({ ...quiet, timeline: [needy] }, routine)).toMatchObject({
    level: 0,
    dueAt: new Date(openedMs + 20 * minute).toISOString(),
  })
  expect(nextPage({ ...quiet, timeline: [needy], pages: firstPage }, routine)).toMatchObject({
    level: 1,
    dueAt: new Date(openedMs + 35 * minute).toISOString(),
  })
})
