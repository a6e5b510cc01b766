import { expect, test } from 'vitest'
import type { FindingKind } from '../../contracts/supervision.ts'
import type { KnownFinding } from '../../store/supervision-findings.ts'
import { compare } from '../../supervision/compare.ts'

const nothing = { begun: [], confirmed: [], seen: [], missed: [], forgotten: [], ended: [] }
const seen = { kind: 'gate', subject: 'g', sinceMs: 0 } as const

function known(change: Partial<KnownFinding> = {}): KnownFinding {
  return { ...seen, id: 7, isConfirmed: false, isMissed: false, pagedAtMs: null, ...change }
}

test.each([
  ['seen for the first time', [], [seen], { begun: [seen] }],
  ['seen again', [known()], [seen], { confirmed: [7] }],
  ['seen once and not again', [known()], [], { forgotten: [7] }],
  ['still there', [known({ isConfirmed: true })], [seen], { seen: [7] }],
  ['missed once', [known({ isConfirmed: true })], [], { missed: [7] }],
  ['missed and back', [known({ isConfirmed: true, isMissed: true })], [seen], { seen: [7] }],
  ['missed twice', [known({ isConfirmed: true, isMissed: true })], [], { ended: [7] }],
])('%s', (_, before, found, expected) => {
  expect(compare(before, found, () => true).changes).toEqual({ ...nothing, ...expected })
})

test('what nobody could look at stays as it was', () => {
  const couldSee = (kind: FindingKind): boolean => kind !== 'workflow-gone'
  const before = [
    known({ kind: 'workflow-gone' }),
    known({ kind: 'workflow-gone', subject: 'h', isConfirmed: true }),
  ]
  expect(compare(before, [], couldSee).changes).toEqual(nothing)
})
