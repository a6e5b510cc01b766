import { afterAll, beforeAll, expect, test } from 'vitest'
import { acknowledge } from '../../store/acts.ts'
import { at, type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

/** Verifications of two samples each, so that looking again and again is quickly played. */
const runbook = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate:
  - { id: first, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 },
      verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 0s, for: 10s, within: 20s, every: 10s },
      undo: { none: "sessions reconnect" } }
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 10s, within: 20s, every: 10s }
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 10m, unless: resolved, page: [on-call, senior] }
  - { after: 20m, unless: resolved, page: [senior] }
  - { after: 60m, unless: resolved, page: [platform-lead] }
`

test('alerts are gone, measurements stay bad: it is looked at again and again, and later levels keep their times', async () => {
  const people = [alert(3, 'resolved'), resolves(21)]
  const played = await harness.play({ runbook, target: neverMended, people })
  expect(played.entries('ladder.exhausted').length).toBeGreaterThan(2)
  expect(played.pagedAt.map(page => page.level)).toEqual([0, 1, 2])
  expect(played.pagedAt[1]!.minute).toBeLessThan(1)
  expect(played.pagedAt[2]!.minute).toBe(20)
  expect(played.pages.map(({ page }) => page.because)).toEqual([
    'it opened',
    'no step of its runbook brought recovery, and people have to go on',
    'it is not resolved after 20 minutes',
  ])
})

test('a level hurried before somebody acknowledged keeps its time when a new alert asks for it again', async () => {
  const people = [
    at(5, ({ pool, number, atMs }) => acknowledge(pool, { number, by: 'ana', atMs }).then(() => {})),
    alert(8, 'firing', 'second'),
    resolves(19),
  ]
  const unacknowledged = runbook.replace('10m, unless: resolved', '10m, unless: acknowledged')
  const played = await harness.play({ runbook: unacknowledged, target: neverMended, people })
  expect(played.pagedAt.map(page => page.level)).toEqual([0, 1, 1])
  expect(played.pagedAt[1]!.minute).toBeLessThan(1)
  expect(played.pagedAt[2]!.minute).toBe(18)
  expect(played.pages.at(-1)!.page.because).toBe('it is not acknowledged after 10 minutes')
})
