import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { freePort } from '../../embedded/ports.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'

const token = 'canary-token-0123456789abcdef'
let database: FreshDatabase
let folder: string
let configPath: string
const children: ChildProcess[] = []

beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
  await registerNamespace(inject('temporalAddress'), 'starts-and-stops')
  folder = await mkdtemp(join(tmpdir(), 'paramedic-api-'))
  configPath = join(folder, 'paramedic.yaml')
  await writeFile(join(folder, 'token'), `${token}\n`)
  await writeFile(
    configPath,
    `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: scripts, kind: generic, token: '\${env:SOURCE_TOKEN}' }
principals:
  - { name: ada, roles: [viewer], token: '\${file:token}' }
`,
  )
})
afterEach(() => children.splice(0).forEach(child => child.kill('SIGKILL')))
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

test('the process serves until it is told to stop, and then ends in order', async () => {
  const port = await freePort()
  const api = start({ PARAMEDIC_API_PORT: String(port) })
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/healthz`)

  // Everything is up but a worker.
  const ready = await fetch(`${url}/readyz`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({
    dependencies: [
      { name: 'postgresql', isUp: true },
      { name: 'temporal', isUp: true },
      { name: 'workers', isUp: false },
    ],
  })
  const accepted = await fetch(`${url}/v1/webhooks/generic`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}-of-source`, 'content-type': 'application/json' },
    body: '{"title":"Backup failed"}',
  })
  expect(accepted.status).toBe(202)
  const status = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } })
  expect(await status.json()).toMatchObject({ version: '0.1.0', waitingAlerts: 1 })

  api.child.kill('SIGTERM')
  expect(await once(api.child, 'exit')).toEqual([0, null])
  expect(api.output()).toContain('"msg":"stopping"')
  expect(api.output()).not.toContain(token)
})

test.each([
  [
    'nothing set',
    { PARAMEDIC_DATABASE_URL: '', PARAMEDIC_CONFIG: '', PARAMEDIC_API_PORT: '99999' },
    ['PARAMEDIC_DATABASE_URL', 'PARAMEDIC_CONFIG', 'PARAMEDIC_API_PORT'],
  ],
  ['no such configuration', { PARAMEDIC_CONFIG: '/nowhere.yaml' }, ['/nowhere.yaml cannot be read: ENOENT']],
  [
    'a reference to nothing',
    { SOURCE_TOKEN: '' },
    ['paramedic.yaml:4:', '${env:SOURCE_TOKEN}', 'the variable is not set'],
  ],
  [
    'the address of another database',
    { PARAMEDIC_DATABASE_URL: 'mysql://root:canary-token-x@h/d' },
    ['PARAMEDIC_DATABASE_URL must be a postgresql:// URL'],
  ],
])('with %s it says what is wrong and ends', async (_title, variables, words) => {
  const api = start(variables)
  expect(await once(api.child, 'exit')).toEqual([1, null])
  for (const word of words) expect(api.output()).toContain(word)
  expect(api.output()).not.toContain('canary-token')
  expect(api.output()).not.toContain('    at ')
})

function start(variables: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['api/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      SOURCE_TOKEN: `${token}-of-source`,
      PARAMEDIC_DATABASE_URL: database.url,
      PARAMEDIC_TEMPORAL_ADDRESS: inject('temporalAddress'),
      PARAMEDIC_TEMPORAL_NAMESPACE: 'starts-and-stops',
      PARAMEDIC_CONFIG: configPath,
      ...variables,
    },
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  return { child, output: () => output }
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await delay(50)
  }
  throw new Error(`${url} does not answer`)
}
