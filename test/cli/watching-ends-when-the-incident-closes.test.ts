import { expect, it, vi } from 'vitest'
import type { IncidentDetail } from '../../contracts/views.ts'
import { refusal } from './support/api-stand-in.ts'
import { closedIncident, waitingIncident } from './support/full-story.ts'
import { number, planHash } from './support/full-timeline.ts'
import { runOnTerminal, startParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const events = `/v1/incidents/${number}/events`

/** A service that is too old to tell: the watcher asks every second. */
function tellsNothing(): void {
  const after = waitingIncident.timeline.at(-1)?.seq
  scene.api.on(`GET ${events}?after=${after}`, refusal(404, 'not_found', 'There is no such GET route.'))
}

/** The incident at its first looks, and closed from then on. */
function closesAfter(looks: number): () => IncidentDetail {
  let seen = 0
  return () => (seen++ < looks ? waitingIncident : closedIncident)
}

it('appends each line once to a pipe', async () => {
  tellsNothing()
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
  tellsNothing()
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
  tellsNothing()
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
  tellsNothing()
  scene.withIncident(waitingIncident)
  const watching = startParamedic(['incident', 'watch', number], { env: scene.env })
  await vi.waitUntil(() => watching.output().includes('approve:'), { timeout: 20_000 })
  scene.api.setDown(true)
  await vi.waitUntil(() => watching.output().includes('Still trying'), { timeout: 20_000 })
  scene.api.on(`GET /v1/incidents/${number}`, closedIncident)
  scene.api.setDown(false)
  const { exitCode, stdout } = await watching.finished
  expect(exitCode).toBe(0)
  expect(stdout).toContain('The service answers again.')
})

it('says how to go on when Ctrl-C ends it', async () => {
  tellsNothing()
  scene.withIncident(waitingIncident)
  const watching = startParamedic(['incident', 'watch', number], { env: scene.env })
  await vi.waitUntil(() => watching.output().includes('approve:'), { timeout: 20_000 })
  watching.child.kill('SIGINT')
  const { exitCode, stdout } = await watching.finished
  expect(exitCode).toBe(130)
  expect(stdout).toContain(`npx paramedic incident watch ${number}`)
})

it('writes one document a change with --json', async () => {
  tellsNothing()
  scene.api.on(`GET /v1/incidents/${number}`, closesAfter(2))
  const { stdout } = await startParamedic(['incident', 'watch', number, '--json'], { env: scene.env })
    .finished
  const phases = stdout
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as IncidentDetail).phase)
  expect(phases).toEqual(['mitigation', 'closed'])
})

it('asks when it is told that something changed, and comes back where it was', async () => {
  let looks = 0
  const after = waitingIncident.timeline.at(-1)!.seq
  scene.withIncident(waitingIncident)
  let isClosed = false
  scene.api.on(`GET /v1/incidents/${number}`, () => {
    looks += 1
    return isClosed ? closedIncident : waitingIncident
  })
  const live = scene.api.onStream(events)
  const watching = startParamedic(['incident', 'watch', number], { env: scene.env })
  await vi.waitUntil(() => live.comebacks.length === 1 && looks === 2, { timeout: 20_000 })
  live.send(`id: ${after + 1}\nevent: note\ndata: {}\n\n: still here\n\n`)
  await vi.waitUntil(() => looks === 3, { timeout: 20_000 })
  live.cut()
  await vi.waitUntil(() => live.comebacks.length === 2, { timeout: 20_000 })
  isClosed = true
  live.send(`id: ${after + 2}\nevent: incident.closed\ndata: {}\n\n`)
  const { exitCode, stdout } = await watching.finished
  expect(exitCode).toBe(0)
  expect(live.comebacks).toEqual([undefined, String(after + 1)])
  expect(stdout).toContain('Closed: resolved by a person')
})

it('counts down to the next page without asking', async () => {
  let looks = 0
  const dueAt = new Date(Date.now() + 600_000).toISOString()
  const nextPage = { level: 1, functions: ['senior'], dueAt, unless: 'acknowledged' } as const
  scene.api.on(`GET /v1/incidents/${number}`, () => {
    looks += 1
    return { ...waitingIncident, nextPage }
  })
  scene.api.onStream(events)
  const watching = runOnTerminal(['incident', 'watch', number], {
    env: scene.env,
    size: { columns: 80, rows: 40 },
    // Ctrl-C, once the clock has moved by itself.
    type: { when: 'Next page in 9m 56s', text: '\u0003' },
  })
  const { stdout } = await watching
  expect(new Set(stdout.match(/Next page in 9m \d+s/g)).size).toBeGreaterThanOrEqual(2)
  expect(looks).toBe(2)
})
