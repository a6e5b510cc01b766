import { expect, it } from 'vitest'
import { waitingIncident } from './support/full-story.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()

function withNumbers(open: readonly string[], all: readonly string[]): void {
  const page = (numbers: readonly string[]) => ({
    incidents: numbers.map(number => ({ ...waitingIncident, number })),
    nextCursor: null,
  })
  scene.api.on('GET /v1/incidents?limit=1', page(all.slice(0, 1)))
  scene.api.on('GET /v1/incidents?open=true&limit=200', page(open))
  scene.api.on('GET /v1/incidents?limit=200', page(all))
  for (const number of all) scene.api.on(`GET /v1/incidents/${number}`, { ...waitingIncident, number })
}

const today = 'INC-2025-03-14-007'
const yesterday = 'INC-2025-03-13-007'

it.each([
  ['007', [today], [today, yesterday], today],
  ['7', [today], [today, yesterday], today],
  ['14-007', [today, yesterday], [today, yesterday], today],
  ['inc-2025-03-13-007', [], [today, yesterday], yesterday],
  ['007', [], [yesterday], yesterday],
  ['latest', [], [today, yesterday], today],
  ['1007', ['INC-2025-03-14-1007'], ['INC-2025-03-14-1007', today], 'INC-2025-03-14-1007'],
])('%s among open %j and all %j is %s', async (written, open, all, meant) => {
  withNumbers(open, all)
  const { exitCode, stdout } = await runParamedic(['incident', 'show', written, '--json'], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ number: meant })
})

it.each([
  ['007', [today, yesterday], 'ambiguous', 'INC-2025-03-14-007, INC-2025-03-13-007'],
  ['007', [], 'ambiguous', 'INC-2025-03-14-007, INC-2025-03-13-007'],
  ['008', [], 'not_found', 'ends in 008'],
])('%s with %j open is refused as it could be anything', async (written, open, code, message) => {
  withNumbers(open, [today, yesterday])
  const { exitCode, stderr } = await runParamedic(['incident', 'show', written], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(message)
  expect(stderr).toContain(`code: ${code}`)
})
