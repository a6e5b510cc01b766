import { expect, it } from 'vitest'
import { refusal } from './support/api-stand-in.ts'
import { openGate, waitingIncident } from './support/full-story.ts'
import { number, planHash } from './support/full-timeline.ts'
import { runOnTerminal, runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const approvePath = `/v1/incidents/${number}/gates/restart-api/1/approve`
const approved = { gateId: openGate.id, state: 'approved', votes: 2, quorum: 2 }
const short = planHash.slice(0, 12)
const otherGate = {
  ...openGate,
  id: `${number}/clear-cache/1`,
  step: 'clear-cache',
  planHash: 'ab'.repeat(32),
}

it('shows the plan, asks, and sends the full hash of what it showed', async () => {
  scene.withGates([openGate])
  scene.api.on(`POST ${approvePath}`, approved)
  const { exitCode, stdout } = await runOnTerminal(['incident', 'approve', number], {
    env: scene.env,
    type: { when: 'allow it:', text: 'yes\n' },
  })
  expect(exitCode).toBe(0)
  for (const part of [
    'service.restart',
    'pid 4242',
    'at most 1',
    'grace 3s',
    'disruptive',
    short,
    '0 of 2 approved',
  ])
    expect(stdout).toContain(part)
  expect(scene.api.posts()).toEqual([{ path: approvePath, body: { planHash } }])
})

it.each(['no\n', '\n', '\u0003', '\u0004'])('approves nothing when %j is typed', async text => {
  scene.withGates([openGate])
  const { exitCode, stdout } = await runOnTerminal(['incident', 'approve', number], {
    env: scene.env,
    type: { when: 'allow it:', text },
  })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('Nothing was approved')
  expect(stdout).toContain(`npx paramedic incident approve ${number} --plan ${short}`)
  expect(scene.api.posts()).toEqual([])
})

it('does not ask when the plan is named', async () => {
  scene.withGates([openGate, otherGate])
  scene.api.on(`POST ${approvePath}`, approved)
  const { exitCode } = await runParamedic(
    ['incident', 'approve', number, '--plan', short, '--reason', 'agreed'],
    { env: scene.env },
  )
  expect(exitCode).toBe(0)
  expect(scene.api.posts()).toEqual([{ path: approvePath, body: { planHash, reason: 'agreed' } }])
})

it('does not ask with --yes, and says who is still needed', async () => {
  scene.withGates([openGate])
  scene.api.on(`POST ${approvePath}`, { ...approved, state: 'open', votes: 1 })
  const { exitCode, stdout } = await runParamedic(['incident', 'approve', number, '--yes'], {
    env: scene.env,
  })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('1 of 2')
  expect(stdout).toContain(`npx paramedic incident approve ${number} --step restart-api`)
})

it('says the exact command where nobody can be asked', async () => {
  scene.withGates([openGate])
  const { exitCode, stderr } = await runParamedic(['incident', 'approve', number], { env: scene.env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(`npx paramedic incident approve ${number} --plan ${short}`)
  expect(stderr).toContain('code: confirmation_needed')
  expect(scene.api.posts()).toEqual([])
})

it.each([
  ['no gate is open', [], [], 'nothing_open', 1],
  ['several gates are open and none is named', [openGate, otherGate], [], 'ambiguous', 1],
  ['the named plan is no longer the one', [openGate], ['--plan', 'ffffffff'], 'plan_changed', 1],
  ['the named plan is too short to be sure', [openGate], ['--plan', planHash.slice(0, 7)], 'wrong_usage', 2],
  ['only an outcome is asked', [{ ...openGate, kind: 'outcome' as const }], ['--yes'], 'nothing_open', 1],
])('approves nothing when %s', async (_, gates, options, code, exitCode) => {
  scene.withGates(gates)
  const finished = await runParamedic(['incident', 'approve', number, ...options], { env: scene.env })
  expect(finished.exitCode).toBe(exitCode)
  expect(finished.stderr).toContain(`code: ${code}`)
  // A command that is named can be typed as it stands.
  expect(finished.stderr).not.toMatch(/(?<!npx )paramedic (incident|sandbox)/)
  expect(scene.api.posts()).toEqual([])
})

it('picks the gate of the named step', async () => {
  scene.withGates([otherGate, openGate])
  scene.api.on(`POST ${approvePath}`, approved)
  const { exitCode } = await runParamedic(['incident', 'approve', number, '--step', 'restart-api', '--yes'], {
    env: scene.env,
  })
  expect(exitCode).toBe(0)
})

it('passes on that somebody was faster', async () => {
  scene.withIncident(waitingIncident)
  scene.withGates([openGate])
  scene.api.on(
    `POST ${approvePath}`,
    refusal(409, 'gate_already_decided', `${openGate.id} was denied by ben.`),
  )
  const { exitCode, stderr } = await runParamedic(['incident', 'approve', 'latest', '--yes'], {
    env: scene.env,
  })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('was denied by ben')
  expect(stderr).toContain('the hint of the service')
  expect(stderr).toContain('code: gate_already_decided')
})

it.each([
  ['approved', 'ben', null, 'restart-api was approved by ben at 2025-03-14 03:04:09 CET.'],
  ['expired', null, null, 'restart-api expired at 2025-03-14 03:04:09 CET.'],
] as const)('whoever comes after it was %s is told so', async (state, decidedBy, answer, told) => {
  const decidedAt = '2025-03-14T02:04:09.120Z'
  const decided = { ...openGate, state, decidedBy, decidedAt, answer }
  scene.withGates([])
  scene.api.on(`GET /v1/gates?incident=${number}`, {
    gates: [decided, { ...decided, step: 'scale-out', decidedAt: '2025-03-14T02:03:00Z' }],
  })
  const { exitCode, stderr } = await runParamedic(['incident', 'approve', number, '--yes'], {
    env: scene.env,
  })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`${number} waits for no approval. ${told}`)
  expect(stderr).toContain(`npx paramedic incident show ${number}`)
})
