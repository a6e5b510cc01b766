import { expect, test } from 'vitest'
import type { OfficeHours } from '../../../contracts/office-hours.ts'
import type { EscalationLevel } from '../../../contracts/runbook.ts'
import { foreseePages, type Turn } from '../../../drills/foreseen-pages.ts'

const minute = 60_000
const levels: EscalationLevel[] = [
  { afterMs: 0, page: ['on-call'] },
  { afterMs: 15 * minute, unless: 'acknowledged', page: ['on-call', 'senior'] },
  { afterMs: 30 * minute, unless: 'resolved', page: ['senior'] },
  { afterMs: 60 * minute, unless: 'resolved', when: 'incident.impact', page: ['lead'], severity: 'SEV1' },
]
const first = { severity: 'SEV3', impact: 'unknown', phase: 'triage' } as const
const assessed: Turn = {
  atMs: 0,
  kind: 'situation',
  is: { severity: 'SEV2', impact: 'yes', phase: 'mitigation' },
}
const at = (minutes: number, kind: 'acknowledged' | 'hurry' | 'held' | 'lost'): Turn => ({
  atMs: minutes * minute,
  kind,
})

function paged(
  turns: Turn[],
  {
    escalate = levels,
    officeHours,
    ends = 90,
  }: { escalate?: EscalationLevel[]; officeHours?: OfficeHours; ends?: number } = {},
): string[] {
  const runbook = { escalate, ...(officeHours === undefined ? {} : { officeHours }) }
  // A Monday, 03:00 UTC.
  const openedAtMs = Date.UTC(2026, 0, 5, 3)
  const course = { openedAtMs, first, turns: [assessed, ...turns], endsAtMs: ends * minute }
  return foreseePages(runbook, course).pages.map(({ atMs, to }) => `${atMs / minute} ${to.join('+')}`)
}

test.each<[string, Turn[], string[]]>([
  ['nobody says anything', [], ['0 on-call', '15 on-call+senior', '30 senior', '60 lead']],
  ['acknowledged', [at(5, 'acknowledged')], ['0 on-call', '30 senior', '60 lead']],
  ['people are needed', [at(2, 'hurry')], ['0 on-call', '2 on-call+senior', '30 senior', '60 lead']],
  [
    'people are needed in the minute of a level',
    [at(15, 'hurry')],
    ['0 on-call', '15 on-call+senior', '15 senior', '60 lead'],
  ],
  [
    'needed twice, and whoever acknowledged is not called for it',
    [at(1, 'acknowledged'), at(2, 'hurry'), at(2, 'hurry')],
    ['0 on-call', '2 senior', '2 lead'],
  ],
  ['held', [at(10, 'held')], ['0 on-call']],
  [
    'held and lost',
    [at(10, 'held'), at(20, 'lost')],
    ['0 on-call', '20 on-call+senior', '30 senior', '60 lead'],
  ],
])('%s', (_, turns, pages) => {
  expect(paged(turns)).toEqual(pages)
})

test('a level whose condition is not known yet pages at once, one whose condition comes to hold pages then', () => {
  const escalate: EscalationLevel[] = [
    { afterMs: 0, when: 'incident.impact', page: ['known-before-triage'] },
    { afterMs: 0, when: 'incident.severity == "SEV2"', page: ['after-triage'] },
    { afterMs: 10 * minute, page: ['raises'], severity: 'SEV1' },
    { afterMs: 5 * minute, when: 'incident.severity == "SEV1"', page: ['raised'] },
    { afterMs: 5 * minute, when: 'incident.severity == "SEV1"', forMs: 7 * minute, page: ['lasting'] },
  ]
  const no: Turn = { atMs: 0, kind: 'situation', is: { impact: 'no' } }
  expect(paged([no], { escalate })).toEqual([
    '0 known-before-triage',
    '0 after-triage',
    '10 raises',
    '10 raised',
    '17 lasting',
  ])
})

test('a level waits for its hours, and people who are needed at once are those of these hours', () => {
  const officeHours: OfficeHours = { zone: 'UTC', days: ['mon'], fromMinute: 240, toMinute: 600 }
  const escalate: EscalationLevel[] = [
    { afterMs: 5 * minute, only: 'office-hours', page: ['day'] },
    { afterMs: 10 * minute, only: 'off-hours', page: ['night'] },
  ]
  expect(paged([], { escalate, officeHours })).toEqual(['10 night', '60 day'])
  expect(paged([at(1, 'hurry')], { escalate, officeHours })).toEqual(['1 night', '60 day'])
})

test('nobody is called once it has ended', () => {
  expect(paged([], { ends: 30 })).toEqual(['0 on-call', '15 on-call+senior'])
})
