import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refusal } from './support/api-stand-in.ts'
import { postmortemOf } from './support/full-postmortem.ts'
import { waitingIncident } from './support/full-story.ts'
import { runParamedic, startParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const { number } = waitingIncident
const noIncidents = { incidents: [], nextCursor: null }

it.each([
  ['no incident', ['incident', 'list'], '/v1/incidents?limit=20', noIncidents, 'doctor'],
  [
    'none open',
    ['incident', 'list', '--open'],
    '/v1/incidents?open=true&limit=20',
    noIncidents,
    'incident list',
  ],
  [
    'none of a system',
    ['incident', 'list', '--system', 'x'],
    '/v1/incidents?system=x&limit=20',
    noIncidents,
    'incident list --all',
  ],
  ['no gate', ['gate', 'list'], '/v1/gates?state=open', { gates: [] }, 'incident list --open'],
  [
    'no alert',
    ['alert', 'list'],
    '/v1/alerts/active?limit=200',
    { alerts: [], nextCursor: null },
    'alert history',
  ],
  [
    'no history',
    ['alert', 'history'],
    '/v1/alerts/history?limit=50',
    { alerts: [], nextCursor: null },
    'rule list',
  ],
  [
    'no post-mortem that is due',
    ['postmortem', 'list', '--state', 'due'],
    '/v1/postmortems?limit=20&state=due',
    { postmortems: [], nextCursor: null },
    'postmortem list',
  ],
  [
    'no action item',
    ['action', 'list'],
    '/v1/action-items?state=open&limit=50',
    { actionItems: [], nextCursor: null },
    'postmortem list',
  ],
])('%s: a sentence, and where to look next', async (_, args, path, answer, next) => {
  scene.api.on(`GET ${path}`, answer)
  const { exitCode, stdout } = await runParamedic(args, { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout.split('\n')[0]).toMatch(/^[A-Z].+[.:;]$/)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`npx paramedic ${next}`)
})

it.each([
  ['note', ['incident', 'note', number, 'hello'], 'notes'],
  ['severity', ['incident', 'severity', number, 'SEV1', '--reason', 'x'], 'severity'],
  ['impact', ['incident', 'impact', number, 'no'], 'impact'],
])('after %s it says how the incident is seen', async (_, args, path) => {
  scene.api.on(`POST /v1/incidents/${number}/${path}`, {})
  const { stdout } = await runParamedic(args, { env: scene.env })
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`npx paramedic incident show ${number}`)
})

it('tells that a freeze of somebody else stays, with its reason', async () => {
  const set = { isOn: true, changedAt: '2025-03-14T02:00:00Z', changedBy: 'ben', reason: 'storage work' }
  scene.api.on('POST /v1/freeze', set)
  const { stdout } = await runParamedic(['freeze', 'on', '--reason', 'mine'], { env: scene.env })
  expect(stdout).toContain('There was a freeze already, and it stays as it is')
  expect(stdout).toContain('set by ben')
  const own = await runParamedic(['freeze', 'on', '--reason', 'storage work'], { env: scene.env })
  expect(own.stdout).not.toContain('already')
})

it('fills the number into a hint that an older service left without it', async () => {
  const { error } = (refusal(409, 'incident_not_open', `${number} is closed.`) as { body: { error: object } })
    .body
  const body = { error: { ...error, hint: undefined, fields: { number } } }
  scene.api.on(`POST /v1/incidents/${number}/acknowledge`, { status: 409, body })
  const { exitCode, stderr } = await runParamedic(['incident', 'ack', number], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`: npx paramedic incident show ${number}\n`)
})

it('asks for the text of an empty note', async () => {
  const { stderr } = await runParamedic(['incident', 'note', '001', ''], { env: scene.env })
  expect(stderr).toContain('  what to do: npx paramedic incident note 001 "..."\n')
})

it('leaves the form of a post-mortem where nobody can be given an editor', async () => {
  scene.api.on(`GET /v1/incidents/${number}/postmortem`, postmortemOf())
  const env = { ...scene.env, XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'paramedic-form-')) }
  const { exitCode, stdout, stderr } = await runParamedic(['postmortem', 'edit', number], { env })
  expect([exitCode, stdout]).toEqual([1, ''])
  const file = /--file (\S+)/.exec(stderr)?.[1] ?? ''
  expect(stderr).toContain(`then: npx paramedic postmortem edit ${number} --file ${file}`)
  expect(readFileSync(file, 'utf8')).toContain('## Root cause')
})

it('a configuration that is not there is wrong usage, not a fault of it', async () => {
  const { exitCode, stderr } = await runParamedic(['config', 'check', 'none.yaml'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('There is no configuration none.yaml.')
  expect(stderr).toContain('npx paramedic config check <file>')
})

it('says that it waits for a service that takes long, on standard error', async () => {
  const slow = await slowServer()
  const env = { PARAMEDIC_API_URL: slow.url, PARAMEDIC_TOKEN: 'x' }
  const { child, finished } = startParamedic(['freeze', 'status', '--json'], { env })
  await new Promise<void>(resolve => child.stderr?.once('data', () => resolve()))
  slow.answer({ isOn: false, changedAt: null, changedBy: null, reason: null })
  const { exitCode, stdout, stderr } = await finished
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^waiting for http:\/\/127\.0\.0\.1:\d+, at most 10 s \(2 s\)\n/)
  expect(JSON.parse(stdout)).toMatchObject({ isOn: false })
  await slow.close()
})

it('a variable that overrules every file has to go first', async () => {
  scene.api.on('GET /v1/freeze', {
    status: 401,
    body: { error: { code: 'unauthenticated', message: 'The request carries no token that is known here.' } },
  })
  const { exitCode, stderr } = await runParamedic(['freeze', 'status'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('what to do: unset PARAMEDIC_TOKEN\n')
  expect(stderr).toContain('export PARAMEDIC_TOKEN_FILE=<file with your token>\n')
})

it('runbooks with faults are checked again by the command at the end', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'paramedic lint-')), 'broken.yaml')
  writeFileSync(file, 'apiVersion: paramedic/v1\nkind: Runbook\n')
  const { exitCode, stdout } = await runParamedic(['runbook', 'lint', file])
  expect(exitCode).toBe(1)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`npx paramedic runbook lint '${file}'`)
})

/** Answers only when the test says so. */
async function slowServer() {
  const waiting: ServerResponse[] = []
  const server = createServer((_, response) => void waiting.push(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    answer: (body: object) => {
      for (const response of waiting.splice(0))
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    },
    close: () => new Promise(resolve => server.close(resolve)),
  }
}
