import { expect, test } from 'vitest'
import { createBlindness } from '../../supervision/blindness.ts'
import type { SupervisionMessage } from '../../supervision/fallback.ts'

const second = 1_000

function blindness(): ReturnType<typeof createBlindness> & { told: SupervisionMessage[] } {
  const told: SupervisionMessage[] = []
  return { told, ...createBlindness(async message => told.push(message)) }
}

test('people hear once of a database that is away for more than a minute, and once that it is back', async () => {
  const { told, isBlind, sees } = blindness()
  for (let atMs = 0; atMs <= 300 * second; atMs += 15 * second) await isBlind(atMs)
  expect(told.map(({ atMs }) => atMs)).toEqual([75 * second])
  expect(told[0]!.todo).toContain('PARAMEDIC_DATABASE_URL')
  await sees(315 * second)
  await sees(330 * second)
  expect(told.map(({ title }) => title.split(':')[0])).toEqual(['Paramedic itself needs help', 'Over'])
})

test('a short absence tells nobody anything', async () => {
  const { told, isBlind, sees } = blindness()
  for (const away of [0, 100, 200]) {
    for (let atMs = away * second; atMs <= (away + 60) * second; atMs += 15 * second) await isBlind(atMs)
    await sees((away + 75) * second)
  }
  expect(told).toEqual([])
})
