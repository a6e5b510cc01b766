import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusal } from './support/api-stand-in.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const noIncidents = { incidents: [], nextCursor: null }
let folder: string
let inner: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-cli-'))
  inner = join(folder, 'a', 'b')
  mkdirSync(inner, { recursive: true })
  mkdirSync(join(folder, '.paramedic'))
  writeFileSync(join(folder, '.paramedic', 'token'), 'token-in-file\n')
  writeConnection(folder, scene.api.url)
  scene.api.on('GET /v1/incidents?limit=20', noIncidents)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function writeConnection(place: string, apiUrl: string): string {
  mkdirSync(join(place, '.paramedic'), { recursive: true })
  const file = join(place, '.paramedic', 'connection.json')
  writeFileSync(file, JSON.stringify({ apiUrl, tokenFile: join(folder, '.paramedic', 'token') }))
  return file
}

it('walks up to the nearest connection file and takes the token from beside it', async () => {
  const { exitCode } = await runParamedic(['incident', 'list'], { cwd: inner })
  expect(exitCode).toBe(0)
  expect(scene.api.requests[0]?.authorization).toBe('Bearer token-in-file')
})

it('prefers the environment', async () => {
  writeConnection(folder, 'http://127.0.0.1:1')
  const { exitCode } = await runParamedic(['incident', 'list'], { cwd: inner, env: scene.env })
  expect(exitCode).toBe(0)
  expect(scene.api.requests[0]?.authorization).toBe('Bearer token-of-ana')
})

it('never sends the token of a file to the address of the environment', async () => {
  const { exitCode } = await runParamedic(['incident', 'list'], {
    cwd: inner,
    env: { PARAMEDIC_API_URL: scene.api.url },
  })
  expect(exitCode).toBe(0)
  expect(scene.api.requests[0]?.authorization).toBeUndefined()
})

it('leaves a nearer connection file alone that others may write to', async () => {
  chmodSync(writeConnection(inner, 'http://127.0.0.1:1'), 0o666)
  const { exitCode } = await runParamedic(['incident', 'list'], { cwd: inner })
  expect(exitCode).toBe(0)
  expect(scene.api.requests).toHaveLength(1)
})

describe('a start with an own configuration', () => {
  const principals = [
    { principal: 'ana', file: '/srv/oncall/secrets/ana' },
    { principal: 'ben', file: '/srv/oncall/secrets/ben' },
  ]

  beforeEach(() => {
    writeFileSync(
      join(folder, '.paramedic', 'connection.json'),
      JSON.stringify({ apiUrl: scene.api.url, configuration: '/srv/oncall/paramedic.yaml', principals }),
    )
    const unknown = refusal(401, 'unauthenticated', 'The request has no known token.')
    scene.api.on('GET /v1/incidents?limit=20', unknown)
    scene.api.on('GET /readyz', { isReady: true, dependencies: [] })
    scene.api.on('GET /v1/status', unknown)
  })

  it.each([[['incident', 'list']], [['doctor']]])('%s says which file holds whose token', async args => {
    const { exitCode, stdout, stderr } = await runParamedic(args, { cwd: inner })
    expect(exitCode).toBe(1)
    const said = (stdout + stderr).replace(/\s+/g, ' ')
    expect(said).toContain('export PARAMEDIC_TOKEN_FILE=/srv/oncall/secrets/ana # as ana')
    expect(said).toContain('export PARAMEDIC_TOKEN_FILE=/srv/oncall/secrets/ben # as ben')
    // A line for each: what stands behind a # would not be run.
    expect(stdout + stderr).toMatch(/# as ana\n/)
    expect(scene.api.requests.map(({ authorization }) => authorization)).not.toContainEqual(expect.anything())
  })

  it('takes the one that is chosen', async () => {
    scene.api.on('GET /v1/incidents?limit=20', noIncidents)
    const env = { PARAMEDIC_TOKEN_FILE: join(folder, '.paramedic', 'token') }
    const { exitCode } = await runParamedic(['incident', 'list'], { cwd: inner, env })
    expect(exitCode).toBe(0)
    expect(scene.api.requests[0]?.authorization).toBe('Bearer token-in-file')
  })
})
