import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Severity } from '../../contracts/incident.ts'
import { addNote, requestCancel, setImpact, setSeverity } from '../../store/acts.ts'
import { at, type Harness, startHarness } from '../support/incident-harness.ts'
import { ladder, mendedBy, neverMended, resolves } from '../support/scenes.ts'
import { verifyStored } from '../support/stored-record.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

/** Ill for an hour, without a verification that has to be polled for minutes. */
const nothingToDo = { ...neverMended, wouldTouch: () => 0 }

test("a person's severity and impact stand", async () => {
  const people = [
    at(5, ({ pool, number, atMs }) =>
      setSeverity(pool, { number, by: 'ana', severity: 'SEV3', reason: 'only internal', atMs }),
    ),
    at(6, ({ pool, number, atMs }) => setImpact(pool, { number, by: 'ana', impact: 'no', atMs })),
    resolves(70),
  ]
  const played = await harness.play({ runbook: ladder(), target: nothingToDo, people })
  expect(played.row).toMatchObject({ severity: 'SEV3', severity_by: 'ana', impact: 'no' })
  // The level of minute 60 waits for impact, and there is none any more.
  expect(played.pagedAt.map(page => page.level)).toEqual([0, 1, 2])
})

test("a level that asks for more than a person's severity raises it, and says so", async () => {
  const people = [
    at(5, ({ pool, number, atMs }) => setSeverity(pool, { number, by: 'ana', severity: 'SEV3', atMs })),
    resolves(70),
  ]
  const played = await harness.play({ runbook: ladder(), target: nothingToDo, people })
  expect(played.row).toMatchObject({ severity: 'SEV1', severity_by: 'ana' })
  expect(played.entries('severity.changed')).toMatchObject([
    { from: 'SEV1', to: 'SEV3' },
    { from: 'SEV3', to: 'SEV1', because: 'level 3 was reached' },
  ])
})

/** Rules with the team's own names; none gives SEV3 or SEV4. */
const named = ladder().replace(
  "severity: [ { is: SEV1, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV2 } ]",
  "severity: [ { is: SEV1, label: P0, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV2, label: P1 } ]",
)

test("a severity that nothing measured is called by the runbook's name for it, or by none", async () => {
  const says = (minute: number, severity: Severity) =>
    at(minute, ({ pool, number, atMs }) => setSeverity(pool, { number, by: 'ana', severity, atMs }))
  const people = [says(5, 'SEV2'), says(40, 'SEV4'), says(45, 'SEV4'), resolves(70)]
  const played = await harness.play({ runbook: named, target: nothingToDo, people })
  expect(played.pages.map(({ page }) => [page.severity, page.severityLabel])).toEqual([
    ['SEV1', 'P0'],
    ['SEV1', 'P0'],
    ['SEV2', 'P1'],
    ['SEV1', 'P0'],
  ])
  expect(played.entries('severity.changed').map(({ to, label }) => [to, label])).toEqual([
    ['SEV2', 'P1'],
    ['SEV4', undefined],
    ['SEV4', undefined],
    ['SEV1', 'P0'],
  ])
  expect(played.row).toMatchObject({ severity: 'SEV1', severity_label: 'P0' })
  expect((await verifyStored(harness.pool)).rowFaults).toEqual([])
})

test('impact said to be there after the time of its level pages then, and raises the severity', async () => {
  const people = [
    at(1, ({ pool, number, atMs }) => setImpact(pool, { number, by: 'ana', impact: 'no', atMs })),
    at(65, ({ pool, number, atMs }) => setImpact(pool, { number, by: 'ana', impact: 'yes', atMs })),
    resolves(70),
  ]
  const played = await harness.play({ runbook: ladder(), target: nothingToDo, people })
  expect(played.pagedAt.at(-1)).toEqual({ level: 3, minute: 65 })
  expect(played.row['severity']).toBe('SEV1')
  expect(played.entries('page.sent').at(-1)?.latenessMs).toBeLessThan(5_000)
})

test('a cancelled incident closes as cancelled, with its notes, and changes nothing more', async () => {
  const people = [
    at(1, ({ pool, number, atMs }) => addNote(pool, { number, by: 'ana', text: 'a test of ours', atMs })),
    at(2, ({ pool, number, atMs }) =>
      requestCancel(pool, { number, by: 'ana', reason: 'opened by a test', atMs }).then(() => {}),
    ),
  ]
  const slow = { ...mendedBy(9), wouldTouch: () => 0 }
  const played = await harness.play({ runbook: ladder(), target: slow, people })
  expect(played.row).toMatchObject({ outcome: 'cancelled', phase: 'closed' })
  expect(played.entries('note')).toEqual([{ text: 'a test of ours' }])
  expect(played.receipts).toHaveLength(0)
})
