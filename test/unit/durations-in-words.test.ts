import { expect, test } from 'vitest'
import { durationInWords } from '../../contracts/duration-words.ts'

test.each([
  [15 * 60_000, '15 minutes'],
  [3_600_000, '1 hour'],
  [90_000, '90 seconds'],
  [1_000, '1 second'],
  [500, '0.5 seconds'],
  [2 * 86_400_000, '2 days'],
])('%i ms is %s', (ms, words) => {
  expect(durationInWords(ms)).toBe(words)
})
