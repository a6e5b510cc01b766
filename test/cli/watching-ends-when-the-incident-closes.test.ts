import { expect, it, vi } from 'vitest'
import type { IncidentDetail } from '../../contracts/views.ts'
import { startApi } from './support/api-stand-in.ts'
import { closedIncident, waitingIncident } from './support/full-story.ts'
import { number, planHash } from './support/full-timeline.ts'
import { runOnTerminal, startParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()

/** The incident at its first looks, and closed from then on. */
function closesAfter(looks: number): () => IncidentDetail {
  let seen = 0
  return () => (seen++ < looks ? waitingIncident : closedIncident)
}

it('appends each line once to a pipe', async () => {
  scene.withIncident(waitingIncident)
  scene.api.on(`GET /v1/incidents/${number}`, closesAfter(2))
  const { exitCode, stdout } = await startParamedic(['incident', 'watch', '007'], { env: scene.env }).finished
  expect(exitCode).toBe(0)
  expect(stdout).not.toContain('\u001b')
  expect(stdout.match(/Planned restart-api/g)).toHaveLength(1)
  expect(stdout).toContain(`npx paramedic incident approve ${number} --plan ${planHash.slice(0, 12)}`)
  expect(stdout).toContain('Closed: resolved by a person')
})

it('draws on a terminal, gives the screen back, and leaves the story', async () => {
  scene.withIncident(waitingIncident)
  scene.api.on(`GET /v1/incidents/${number}`, closesAfter(2))
  const { exitCode, stdout } = await runOnTerminal(['incident', 'watch', 'latest'], {
    env: scene.env,
    size: { columns: 80, rows: 30 },
  })
  expect(exitCode).toBe(0)
  const [drawn = '', after = ''] = stdout.split('\u001b[?1049l')
  expect(drawn).toContain('\u001b[?1049h')
  expect(drawn).toContain(`npx paramedic incident approve ${number}`)
  expect(after).toContain('WHAT WAS DONE')
})

it('waits for an incident when none is open', async () => {
  let looks = 0
  scene.api.on('GET /v1/incidents?open=true&limit=2', () => ({
    incidents: looks++ < 1 ? [] : [waitingIncident],
    nextCursor: null,
  }))
  scene.api.on(`GET /v1/incidents/${number}`, closesAfter(0))
  const { exitCode, stdout } = await startParamedic(['incident', 'watch'], { env: scene.env }).finished
  expect(exitCode).toBe(0)
  expect(stdout).toContain('waiting for the next one')
})

it('keeps looking while the service restarts', async () => {
  const first = await startApi()
  first.on(`GET /v1/incidents/${number}`, waitingIncident)
  const port = Number(new URL(first.url).port)
  const watching = startParamedic(['incident', 'watch', number], {
    env: { ...scene.env, PARAMEDIC_API_URL: first.url },
  })
  await vi.waitUntil(() => watching.output().includes('approve:'), { timeout: 20_000 })
  await first.close()
  await vi.waitUntil(() => watching.output().includes('Still trying'), { timeout: 20_000 })
  const second = await startApi(port)
  second.on(`GET /v1/incidents/${number}`, closedIncident)
  const { exitCode, stdout } = await watching.finished
  await second.close()
  expect(exitCode).toBe(0)
  expect(stdout).toContain('The service answers again.')
})

it('says how to go on when Ctrl-C ends it', async () => {
  scene.withIncident(waitingIncident)
  const watching = startParamedic(['incident', 'watch', number], { env: scene.env })
  await vi.waitUntil(() => watching.output().includes('approve:'), { timeout: 20_000 })
  watching.child.kill('SIGINT')
  const { exitCode, stdout } = await watching.finished
  expect(exitCode).toBe(130)
  expect(stdout).toContain(`npx paramedic incident watch ${number}`)
})

it('writes one document a change with --json', async () => {
  scene.api.on(`GET /v1/incidents/${number}`, closesAfter(2))
  const { stdout } = await startParamedic(['incident', 'watch', number, '--json'], { env: scene.env })
    .finished
  const phases = stdout
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as IncidentDetail).phase)
  expect(phases).toEqual(['mitigation', 'closed'])
})
