import { expect, test } from 'vitest'
import { isCoveredBy, moveOf, slotsAfter } from '../../contracts/level-slots.ts'
import type { EscalationLevel } from '../../contracts/runbook.ts'
import { takeLevels } from '../../workflows/levels.ts'

const first: EscalationLevel = { afterMs: 0, page: ['on-call'] }
const late: EscalationLevel = { afterMs: 60_000, unless: 'resolved', page: ['on-call', 'senior'] }
const sooner: EscalationLevel = { ...late, afterMs: 0, page: ['senior'] }
const other: EscalationLevel = { afterMs: 30_000, page: ['platform'] }
/** As it comes from a row: the same, with its keys in another order. */
const stored = { page: ['on-call', 'senior'], afterMs: 60_000, unless: 'resolved' } as EscalationLevel

test('a level that stays as it is keeps its slot wherever it stands, and every other one gets a new one', () => {
  const slots = slotsAfter({ escalate: [first, late] }, [other, stored, first], 1)
  expect(slots.slice(1)).toEqual([1, 0])
  expect(slots.map(moveOf)).toEqual([1, 0, 0])
})

test('no slot is given twice, however often an incident is moved', () => {
  const once = slotsAfter({ escalate: [first, late] }, [other], 1)
  const twice = slotsAfter({ escalate: [other], slots: once }, [first, other, late], 2)
  expect(twice[1]).toBe(once[0])
  expect(twice.map(moveOf)).toEqual([2, 1, 2])
  expect(new Set([0, 1, ...twice]).size).toBe(5)
})

test('of two levels that are alike each keeps its own', () => {
  expect(slotsAfter({ escalate: [first, first] }, [first, first, first], 1).map(moveOf)).toEqual([0, 0, 1])
})

test.each<[string, EscalationLevel, EscalationLevel, boolean]>([
  ['whose people were all called later', sooner, late, true],
  ['that calls somebody else too', late, first, false],
  ['that comes later than the call', { ...sooner, afterMs: 90_000 }, late, false],
  ['that makes the incident worse', { ...sooner, severity: 'SEV1' }, late, false],
  ['that waits for something else', { ...sooner, unless: 'acknowledged' }, late, false],
])('a level %s', (_, level, paged, isCovered) => {
  expect(isCoveredBy(level, paged)).toBe(isCovered)
})

/** An incident whose one level, `late`, was due, and what became of its page; it hears of a version with `sooner`. */
function moved(pages: { paged: Record<string, true>; sent?: Record<string, true> }) {
  const covered: string[] = []
  const state = {
    ...pages,
    epoch: 0,
    eligibleSince: {},
    rebase: { runbook: { escalate: [sooner] }, levelSlots: [10_000] },
  }
  const life = {
    input: { number: 'INC-1' },
    state,
    note: (_: string, data: { pageIds: string[] }) => covered.push(...data.pageIds),
  } as unknown as Parameters<typeof takeLevels>[0]
  takeLevels(life, { escalate: [late] })
  return { covered, state }
}

const began = 'INC-1/page/0/0'
const now = 'INC-1/page/0/10000'
test('a page that has called nobody covers no level', () => {
  expect(moved({ paged: { [began]: true }, sent: {} }).covered).toEqual([])
  const { covered, state } = moved({ paged: { [began]: true }, sent: { [began]: true } })
  expect(covered).toEqual([now])
  // The version after this one is covered by it as well.
  expect(state.sent).toEqual({ [began]: true, [now]: true })
})

test('of an incident that began before pages were told apart every page counts', () => {
  expect(moved({ paged: { [began]: true } }).covered).toEqual([now])
})
