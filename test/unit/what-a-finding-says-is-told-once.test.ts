import { expect, test } from 'vitest'
import { withoutFindings } from '../../api/show-supervision.ts'
import type { SupervisionView } from '../../contracts/views.ts'
import type { StuckRow } from '../../store/waiting-work.ts'

const stuck: StuckRow[] = [
  { kind: 'gate', subject: 'INC-2026-03-02-001/restart/1', sinceMs: 90_000 },
  {
    kind: 'missed-routine',
    subject: 'nightly of 2026-03-02 02:00 UTC (no worker was there)',
    sinceMs: 90_000,
  },
  {
    kind: 'missed-routine',
    subject: 'weekly of 2026-03-02 03:00 UTC (no worker was there)',
    sinceMs: 90_000,
  },
]

test('what is a finding already is not told once more as stuck', () => {
  const finding = { kind: 'missed-routine', subject: 'nightly' }
  const supervision = { lastLookAt: null, findings: [finding] } as unknown as SupervisionView
  expect(withoutFindings(stuck, supervision)).toEqual([stuck[0], stuck[2]])
})
