import { expect, test } from 'vitest'
import { groupSummary } from '../../contracts/group-summary.ts'

const up = (queued: number) => ({ values: { status: 'up', queued } })

test.each([
  [
    'who is silent, and who has most',
    { 'edge-3': up(812), 'edge-1': up(5), 'edge-2': { problem: 'ECONNREFUSED' } },
    { answered: '2 of 3', silent: 'edge-2 (ECONNREFUSED)', status: 'up', queued: '5 to 812 (edge-3)' },
  ],
  [
    'who is not as the others',
    { a: up(1), b: up(1), c: { values: { status: 'down' } } },
    { answered: '3 of 3', status: 'up 2, down 1 (c)', queued: '1' },
  ],
  ['that nobody answered', { a: { problem: 'x' } }, { answered: '0 of 1', silent: 'a (x)' }],
])('a group is told with %s', (_, members, expected) => {
  const told = groupSummary(members, ['status', 'queued'])
  expect(told).toEqual(expected)
  expect(Object.keys(told)[0]).toBe('answered')
})

test('fifty silent ones are one line', () => {
  const members = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`edge-${index + 10}`, { problem: 'x'.repeat(500) }]),
  )
  const { silent = '' } = groupSummary(members)
  expect(silent).toMatch(/ and 47 more$/)
  expect(silent.length).toBeLessThan(450)
})
