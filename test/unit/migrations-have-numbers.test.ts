import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'

test('each migration has a number of its own: two that were written side by side are put in an order by hand', () => {
  const names = readdirSync(new URL('../../store/migrations/', import.meta.url))
  const numbers = names.map(name => name.slice(0, 4))
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([])
})
