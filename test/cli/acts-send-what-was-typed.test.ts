import { expect, it } from 'vitest'
import { closedIncident, openGate, waitingIncident } from './support/full-story.ts'
import { number, planHash } from './support/full-timeline.ts'
import { runOnTerminal, runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const at = `/v1/incidents/${number}`

it.each([
  [
    ['ack', number],
    `${at}/acknowledge`,
    {},
    { isFirst: true, by: 'ana', at: '2025-03-14T02:03:40Z' },
    `You have ${number}`,
  ],
  [
    ['ack', number],
    `${at}/acknowledge`,
    {},
    { isFirst: false, by: 'ben', at: '2025-03-14T02:03:40Z' },
    'before by ben',
  ],
  [
    ['note', number, 'the', 'deploy'],
    `${at}/notes`,
    { text: 'the deploy' },
    { number },
    `Noted in ${number}`,
  ],
  [
    ['severity', number, 'sev1', '--reason', 'down'],
    `${at}/severity`,
    { severity: 'SEV1', reason: 'down' },
    {},
    'SEV1 now',
  ],
  [['impact', number, 'no'], `${at}/impact`, { impact: 'no' }, {}, 'customers affected: no'],
  [
    ['resolve', number, '--reason', 'by hand'],
    `${at}/resolve`,
    { reason: 'by hand' },
    { alertsFiring: 2 },
    '2 firing alerts are quiet until',
  ],
  [
    ['resolve', number, '--reason', 'by hand'],
    `${at}/resolve`,
    { reason: 'by hand' },
    { alertsFiring: 1 },
    'Its firing alert is quiet until',
  ],
  [
    ['cancel', number, '--reason', 'load test'],
    `${at}/cancel`,
    { reason: 'load test' },
    { number },
    'is cancelled',
  ],
  [
    ['resolve', number],
    `${at}/resolve`,
    {},
    { unticked: ['raise-pool', 'tell-shop'], toTakeBack: ['stop-worker'] },
    'Nobody has ticked raise-pool and tell-shop: the timeline and the post-mortem say so.\nIt closes when stop-worker is taken back.',
  ],
])('incident %j', async (words, path, body, answer, says) => {
  scene.api.on(`POST ${path}`, answer)
  const { exitCode, stdout } = await runParamedic(['incident', ...words], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(says)
  expect(scene.api.posts()).toEqual([{ path, body }])
})

it('says until when an alert that fires on is quiet, and how it is seen', async () => {
  const resolve = async (answer: object) => {
    scene.api.on(`POST ${at}/resolve`, { number, alertsFiring: 1, ...answer })
    return (await runParamedic(['incident', 'resolve', number, '--reason', 'x'], { env: scene.env })).stdout
  }
  const said = await resolve({})
  expect(said).toMatch(/is quiet until .*\d\d:\d\d \(4 hours\), or until it clears; if it fires on/)
  expect(said).toContain('npx paramedic alert list')
  expect(await resolve({ toTakeBack: ['stop-worker'] })).toContain('is quiet for 4 hours from then')
})

it('takes a note from standard input', async () => {
  scene.api.on(`POST ${at}/notes`, { number })
  const { exitCode } = await runParamedic(['incident', 'note', number, '-'], {
    env: scene.env,
    input: 'line 1\nline 2\n',
  })
  expect(exitCode).toBe(0)
  expect(scene.api.posts()).toEqual([{ path: `${at}/notes`, body: { text: 'line 1\nline 2' } }])
})

it('denies the open plan with a reason', async () => {
  scene.withGates([openGate])
  scene.api.on(`POST ${at}/gates/restart-api/1/deny`, { state: 'denied' })
  const { exitCode } = await runParamedic(['incident', 'deny', number, '--reason', 'not now'], {
    env: scene.env,
  })
  expect(exitCode).toBe(0)
  expect(scene.api.posts()).toEqual([
    { path: `${at}/gates/restart-api/1/deny`, body: { planHash, reason: 'not now' } },
  ])
})

it('answers what became of a lost effect', async () => {
  scene.withGates([
    {
      ...openGate,
      id: `${number}/restart-api/2/outcome`,
      kind: 'outcome',
      attempt: 2,
      planHash: null,
      plan: null,
    },
  ])
  scene.api.on(`POST ${at}/gates/restart-api/2/decide`, { answer: 'not-done' })
  const { exitCode } = await runParamedic(['incident', 'decide', number, 'not-done'], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(scene.api.posts()).toEqual([
    { path: `${at}/gates/restart-api/2/decide`, body: { answer: 'not-done' } },
  ])
})

it.each<[string[], object, string]>([
  [['raise-pool', '--note', 'it is 30 now'], { answer: 'done', note: 'it is 30 now' }, 'Ticked: raise-pool'],
  [[], { answer: 'done' }, 'Ticked: raise-pool'],
  [
    ['raise-pool', '--not-done', 'it is locked'],
    { answer: 'not-done', note: 'it is locked' },
    'raise-pool of INC-2025-03-14-007 was not done; what follows is what its runbook says of a failed step.',
  ],
])('tick %j', async (words, body, says) => {
  scene.api.on(`GET /v1/gates?state=open&incident=${number}`, [
    { ...waitingIncident.gates[0]!, kind: 'manual', step: 'raise-pool', attempt: 1 },
  ])
  scene.api.on(`POST ${at}/gates/raise-pool/1/tick`, { answer: 'done' })
  const { exitCode, stdout } = await runParamedic(['incident', 'tick', number, ...words], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(says)
  expect(scene.api.posts()).toEqual([{ path: `${at}/gates/raise-pool/1/tick`, body }])
})

it('names the step that waits when the one that was typed is like it', async () => {
  const gates = [{ ...waitingIncident.gates[0]!, kind: 'manual', step: 'raise-pool' }]
  scene.api.on(`GET /v1/gates?state=open&incident=${number}`, gates)
  scene.api.on(`GET /v1/gates?incident=${number}`, { gates })
  const { exitCode, stderr } = await runParamedic(['incident', 'tick', number, 'raise-the-pool'], {
    env: scene.env,
  })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`did you mean raise-pool? npx paramedic incident tick ${number} raise-pool`)
})

it('refuses a tick that says both that it was done and that it was not', async () => {
  const words = ['incident', 'tick', number, 'raise-pool', '--note', 'done', '--not-done', 'not done']
  const { exitCode, stderr } = await runParamedic(words, { env: scene.env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--note and --not-done exclude each other')
  expect(scene.api.posts()).toEqual([])
})

it.each([
  [['on', '--reason', 'migration'], { on: true, reason: 'migration' }, true],
  [['off'], { on: false }, false],
])('freeze %j', async (words, body, isOn) => {
  scene.api.on('POST /v1/freeze', {
    isOn,
    changedAt: '2025-03-14T02:03:40Z',
    changedBy: 'ana',
    reason: 'migration',
  })
  const { exitCode, stdout } = await runParamedic(['freeze', ...words], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(isOn ? 'A freeze is on, set by ana at 2025-03-14 03:03:40' : 'No freeze is on')
  expect(scene.api.posts()).toEqual([{ path: '/v1/freeze', body }])
})

it('lists with the filters that were given, page after page', async () => {
  const query = '?phase=mitigation&severity=SEV2&system=shop&open=true&limit=200'
  scene.api.on(`GET /v1/incidents${query}`, { incidents: [waitingIncident], nextCursor: number })
  scene.api.on(`GET /v1/incidents${query}&cursor=${number}`, {
    incidents: [closedIncident],
    nextCursor: null,
  })
  const options = ['--open', '--phase', 'mitigation', '--severity', 'sev2', '--system', 'shop', '--all']
  const { exitCode, stdout } = await runParamedic(['incident', 'list', ...options], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout.match(/INC-2025-03-14-007 /g)).toHaveLength(2)
  expect(stdout).toContain('decision')
  expect(stdout.trimEnd().endsWith(`npx paramedic incident show ${number}`)).toBe(true)
})

it('fits the list into the terminal', async () => {
  const title = 'A title that is far longer than what fits beside the other columns of such a narrow terminal'
  scene.api.on('GET /v1/incidents?limit=20', { incidents: [{ ...waitingIncident, title }], nextCursor: null })
  const { stdout } = await runOnTerminal(['incident', 'list'], {
    env: { ...scene.env, NO_COLOR: '1' },
    size: { columns: 90, rows: 20 },
  })
  expect(stdout).toContain('A title')
  expect(stdout).not.toContain('\u001b[3')
  for (const line of stdout.split('\r\n')) expect(line.length).toBeLessThanOrEqual(90)
})
