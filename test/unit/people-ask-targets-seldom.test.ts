import { expect, test } from 'vitest'
import { createAskSeldom } from '../../api/ask-seldom.ts'
import { limits } from '../../contracts/limits.ts'

const refused = { code: 'too_many_questions' }

/** Answered when it is told to be. */
function question(): { answer: () => Promise<string>; tell: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { answer: () => promise, tell: () => resolve('answered') }
}

test('one question at a time for each person, and so many for all', async () => {
  const askSeldom = createAskSeldom(() => 0)
  const [first, second] = [question(), question()]
  const asked = askSeldom('ana', first.answer)
  await expect(askSeldom('ana', second.answer)).rejects.toMatchObject(refused)
  const other = askSeldom('ben', second.answer)
  await expect(askSeldom('cleo', async () => 'never')).rejects.toMatchObject(refused)
  first.tell()
  expect(await asked).toBe('answered')
  expect(await askSeldom('cleo', async () => 'at last')).toBe('at last')
  second.tell()
  await other
})

test('so many in a minute, those that failed included', async () => {
  let now = 0
  const askSeldom = createAskSeldom(() => now)
  const fail = () => Promise.reject(new Error('away'))
  for (let asked = 0; asked < limits.foreseesPerMinute; asked += 1)
    await expect(askSeldom('ana', fail)).rejects.toThrow('away')
  await expect(askSeldom('ana', fail)).rejects.toMatchObject(refused)
  expect(await askSeldom('ben', async () => 'ben has asked nothing yet')).toContain('ben')
  now += 60_001
  await expect(askSeldom('ana', fail)).rejects.toThrow('away')
})
