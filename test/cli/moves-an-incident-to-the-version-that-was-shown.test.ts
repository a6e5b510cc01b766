import { expect, it } from 'vitest'
import type { Runbook } from '../../contracts/runbook.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { refusal } from './support/api-stand-in.ts'
import { number } from './support/full-timeline.ts'
import { runOnTerminal, runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const at = `/v1/incidents/${number}/rebase`

function version(gate: string): { hash: string; runbook: Runbook } {
  const read = parseRunbook(
    `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: pool-exhausted, title: Pool exhausted, owner: platform }
targets: { db: postgres }
match: alert.labels.alertname == "Pool"
triage: { checks: { pool: { uses: postgres.connections, target: db } }, severity: [ { is: SEV2 } ] }
mitigate:
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    with: { idle_longer_than: 10m, at_most: 20 }
    ${gate}
    verify: { check: pool, until: value.used_ratio < 0.7, for: 30s, within: 3m }
    undo: { none: sessions reconnect }
escalate: [ { after: 0m, page: [on-call] } ]
`,
    'pool-exhausted.yaml',
  )
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return { hash: read.hash, runbook: read.runbook }
}

const gated = version('gate: { approvers: [role:approver], quorum: 2, expires: 15m, on_expiry: escalate }')
const open = version('')
const short = open.hash.slice(0, 12)
const offered = { number, from: gated, to: open }
const moved = { number, from: gated.hash, to: open.hash, isChange: true }

it('shows what changes and how much of it loosens safety, asks, and sends the version it showed', async () => {
  scene.api.on(`GET ${at}`, offered)
  scene.api.on(`POST ${at}`, moved)
  const { exitCode, stdout } = await runOnTerminal(['incident', 'rebase', number], {
    env: scene.env,
    type: { when: 'Type', text: 'yes\n' },
  })
  expect(exitCode).toBe(0)
  for (const part of [
    gated.hash.slice(0, 12),
    short,
    'end-idle',
    'loosen',
    `npx paramedic incident watch ${number}`,
  ])
    expect(stdout).toContain(part)
  expect(scene.api.posts()).toEqual([{ path: at, body: { to: open.hash } }])
})

it.each(['no\n', '\n', '\u0003', '\u0004'])('moves nothing when %j is typed', async text => {
  scene.api.on(`GET ${at}`, offered)
  const { exitCode, stdout } = await runOnTerminal(['incident', 'rebase', number], {
    env: scene.env,
    type: { when: 'Type', text },
  })
  expect(exitCode).toBe(1)
  expect(stdout).toContain(`npx paramedic incident rebase ${number} --to ${short}`)
  expect(scene.api.posts()).toEqual([])
})

it('does not ask when the version is named, and says why when told', async () => {
  scene.api.on(`GET ${at}`, offered)
  scene.api.on(`POST ${at}`, moved)
  const words = ['incident', 'rebase', number, '--to', short, '--reason', 'the gate asked the wrong team']
  const { exitCode } = await runParamedic(words, { env: scene.env })
  expect(exitCode).toBe(0)
  expect(scene.api.posts()).toEqual([
    { path: at, body: { to: open.hash, reason: 'the gate asked the wrong team' } },
  ])
})

it('where nobody can be asked it names the version to be read, and moves nothing', async () => {
  scene.api.on(`GET ${at}`, offered)
  const { exitCode, stderr } = await runParamedic(['incident', 'rebase', number], { env: scene.env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(`npx paramedic incident rebase ${number} --to ${short}`)
  expect(scene.api.posts()).toEqual([])
})

it.each([
  ['another version than the one in force', offered, ['--to', gated.hash.slice(0, 12)], `${short} is`],
  ['a beginning that is too short to mean one', offered, ['--to', open.hash.slice(0, 8)], `${short} is`],
  ['that no version is in force', { ...offered, to: null }, [], 'npx paramedic runbook sync'],
])('refuses %s, and says what to do', async (_, answer, options, says) => {
  scene.api.on(`GET ${at}`, answer)
  const { exitCode, stderr } = await runParamedic(['incident', 'rebase', number, ...options], {
    env: scene.env,
  })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(says)
  expect(scene.api.posts()).toEqual([])
})

it('a version that runs already is no change, and nobody is asked', async () => {
  scene.api.on(`GET ${at}`, { ...offered, from: open })
  scene.api.on(`POST ${at}`, { ...moved, from: open.hash, isChange: false })
  const { exitCode, stdout } = await runParamedic(['incident', 'rebase', number], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(`${number} runs version ${short} of pool-exhausted already.`)
})

it('tells the refusal of the service with what to do', async () => {
  scene.api.on(`GET ${at}`, offered)
  scene.api.on(
    `POST ${at}`,
    refusal(
      409,
      'temporary_in_place',
      'In it what scale did for the time of the incident is still in place.',
    ),
  )
  const { exitCode, stderr } = await runParamedic(['incident', 'rebase', number, '--yes'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('is still in place')
})

it('tells a script that has not said yes what would change', async () => {
  scene.api.on(`GET ${at}`, offered)
  const { exitCode, stdout } = await runParamedic(['incident', 'rebase', number, '--json'], {
    env: scene.env,
  })
  expect(exitCode).toBe(2)
  const fields = { number, from: gated.hash, to: open.hash }
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'confirmation_needed', fields } })
  const { changes } = (JSON.parse(stdout) as { error: { fields: { changes: unknown[] } } }).error.fields
  expect(changes).toContainEqual(expect.objectContaining({ effect: 'loosens' }))
})

it('gives scripts the answer as JSON', async () => {
  scene.api.on(`GET ${at}`, offered)
  scene.api.on(`POST ${at}`, moved)
  const { stdout } = await runParamedic(['incident', 'rebase', number, '--yes', '--json'], { env: scene.env })
  expect(JSON.parse(stdout)).toEqual(moved)
})
