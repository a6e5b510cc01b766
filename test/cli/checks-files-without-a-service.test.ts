import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { source } from '../support/documents.ts'
import { runParamedic } from './support/run-paramedic.ts'

const valid = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: default, title: An alert without a runbook, owner: platform }
targets: {}
triage: { checks: {}, severity: [{ is: SEV2 }] }
escalate: [{ after: 0m, page: [on-call] }]
`
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-files-'))
  mkdirSync(join(folder, 'runbooks', 'shop'), { recursive: true })
  writeFileSync(join(folder, 'runbooks', 'default.yaml'), valid)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('finds valid runbooks in the usual folder and leaves drills out', async () => {
  writeFileSync(join(folder, 'runbooks', 'default.drill.yaml'), 'kind: Drill')
  const { exitCode, stdout } = await runParamedic(['runbook', 'lint'], { cwd: folder })
  expect(stdout).toContain('1 runbook, nothing wrong')
  expect(exitCode).toBe(0)
})

it('reports every fault of every runbook with line and column', async () => {
  const broken = valid
    .replace('triage:', 'triaage:')
    .replace('SEV2', 'SEV7')
    .replace('name: default', 'name: broken')
  writeFileSync(join(folder, 'runbooks', 'shop', 'broken.yaml'), broken)
  const { exitCode, stdout } = await runParamedic(['runbook', 'lint', '--json'], { cwd: folder })
  expect(exitCode).toBe(1)
  const { runbooks } = JSON.parse(stdout) as {
    runbooks: { file: string; faults: { line: number; column: number }[] }[]
  }
  const faults = runbooks.flatMap(runbook => runbook.faults)
  expect(faults.length).toBeGreaterThan(1)
  expect(faults).toContainEqual(
    expect.objectContaining({ line: 5, column: 1, message: 'unknown key `triaage`' }),
  )
  const plain = await runParamedic(['runbook', 'lint'], { cwd: folder })
  expect(plain.stdout).toContain('broken.yaml:5:1 unknown key `triaage`')
})

it('reports two runbooks of one name', async () => {
  writeFileSync(join(folder, 'runbooks', 'shop', 'again.yaml'), valid)
  const { exitCode, stdout } = await runParamedic(['runbook', 'lint'], { cwd: folder })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('runbook `default` is in')
})

const configuration = `apiVersion: paramedic/v1
kind: Configuration
channels: [{ name: pager, kind: pagerduty, routing_key: '\${env:PAGER_KEY}' }]
contacts: [{ name: mia, functions: [senior], reach: [{ channel: pager }] }]
`
const nobody = 'nobody is called for `on-call`'

it('holds runbooks against the usual configuration, the one of the variable, or the one that is named', async () => {
  writeFileSync(join(folder, 'other.yaml'), configuration)
  const lint = (...args: string[]) => runParamedic(['runbook', 'lint', ...args], { cwd: folder })
  const named = await lint('--config', 'other.yaml')
  expect(named).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(nobody) as string })
  expect(named.stdout).toContain('held against other.yaml')
  const env = { PARAMEDIC_CONFIG: 'other.yaml' }
  const ofVariable = await runParamedic(['runbook', 'lint', '--json'], { cwd: folder, env })
  expect(JSON.parse(ofVariable.stdout)).toMatchObject({ configuration: 'other.yaml' })
  expect((await lint()).exitCode).toBe(0)
  writeFileSync(join(folder, 'paramedic.yaml'), configuration.replace('senior', 'on-call'))
  expect(await lint()).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('held against paramedic.yaml') as string,
  })
})

it.each([
  [
    'a configuration that does not exist',
    ['--config', 'nowhere.yaml'],
    'There is no configuration nowhere.yaml',
  ],
  [
    'a configuration that is a runbook',
    ['--config', 'runbooks/default.yaml'],
    'npx paramedic config check runbooks/default.yaml',
  ],
  ['two formats', ['--json', '--format', 'github'], '--json and --format github exclude each other'],
  ['a format there is not', ['--format', 'xml'], 'text, json, github'],
])('is wrong usage to lint with %s', async (_, args, told) => {
  const { exitCode, stdout, stderr } = await runParamedic(['runbook', 'lint', ...args], { cwd: folder })
  expect(exitCode).toBe(2)
  expect(stdout + stderr).toContain(told)
})

it('annotates a pull request', async () => {
  writeFileSync(join(folder, 'runbooks', 'default.yaml'), valid.replace('SEV2', 'SEV7'))
  const { exitCode, stdout } = await runParamedic(['runbook', 'lint', '--format', 'github'], { cwd: folder })
  expect(exitCode).toBe(1)
  expect(stdout).toBe(
    '::error file=runbooks/default.yaml,line=5,col=40,title=runbook lint%3A shape::`is` must be one of SEV1, SEV2, SEV3, SEV4\n',
  )
})

it('is wrong usage to lint what is not there', async () => {
  const { exitCode, stderr } = await runParamedic(['runbook', 'lint', 'nowhere'], { cwd: folder })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('it does not exist')
})

it('checks a configuration and prints no credential', async () => {
  const token = 'canary-token-0123456789abcdef'
  const text = `apiVersion: paramedic/v1
kind: Configuration
principals:
  - { name: ana, roles: [approver], token: '\${env:ANA_TOKEN}', functons: [on-call] }
  - { name: BEN, roles: [approver], token: '\${env:BEN_TOKEN}' }
`
  writeFileSync(join(folder, 'paramedic.yaml'), text)
  const { exitCode, stdout, stderr } = await runParamedic(['config', 'check'], {
    cwd: folder,
    env: { ANA_TOKEN: token },
  })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('paramedic.yaml:4:64 unknown key `functons`')
  expect(stdout).toContain('paramedic.yaml:5')
  expect(stdout + stderr).not.toContain(token)
  writeFileSync(
    join(folder, 'paramedic.yaml'),
    text.replace(', functons: [on-call]', '').replace('BEN', 'ben'),
  )
  const env = { ANA_TOKEN: token, BEN_TOKEN: `${token}2` }
  const mended = await runParamedic(['config', 'check', 'paramedic.yaml'], { cwd: folder, env })
  expect(mended.stdout).toContain('paramedic.yaml is valid')
  expect(mended.exitCode).toBe(0)
})

it('shows a configuration with its defaults, and no secret', async () => {
  const file = join(folder, 'paramedic.yaml')
  const secret = "'${env:CANARY}'"
  const place = 'environment: test, system: shop'
  writeFileSync(
    file,
    `apiVersion: paramedic/v1
kind: Configuration
principals: [{ name: mia, roles: [viewer], token: ${secret} }]
sources: [{ name: monitor, kind: generic, token: '\${file:source-token}' }]
targets:
  - { name: db, kind: postgres, ${place}, role: db, connection: { url: 'postgres://a:\${env:CANARY}@db/shop' } }
  - { name: cache, kind: redis, ${place}, role: cache, connection: { url: '\${file:cache-url}' } }
  - name: api
    kind: service
    ${place.replace(', ', '\n    ')}
    role: api
    health: { url: 'http://shop/health' }
    process:
      command: [node, server.js, '--token=\${env:CANARY}']
      directory: /srv
      pid_file: /run/pid
      log_file: /var/log/shop
      environment: { API_KEY: ${secret} }
channels:
  - { name: hook, kind: webhook, url: 'https://hook/?key=\${env:CANARY}', signing_secret: ${secret} }
  - { name: chat, kind: slack, url: '\${file:slack-url}' }
  - { name: mail, kind: smtp, url: 'smtp://a:\${env:CANARY}@mail', from: Paramedic }
  - { name: pager, kind: pagerduty, routing_key: ${secret} }
  - { name: bot, kind: telegram, bot_token: ${secret} }
`,
  )
  writeFileSync(join(folder, 'source-token'), 'canary1of2the3source4token5')
  writeFileSync(join(folder, 'cache-url'), 'redis://:canary@cache:6379')
  writeFileSync(join(folder, 'slack-url'), 'https://hooks.example/canary')
  const env = { CANARY: 'canary0never0shown0123456789' }
  const shown = await runParamedic(['config', 'show', file], { cwd: folder, env })
  expect(shown.stderr).toBe('')
  expect(shown.exitCode).toBe(0)
  expect(shown.stdout).toContain('token: ${env:CANARY}')
  expect(shown.stdout).toContain('functions: []')
  expect(shown.stdout + shown.stderr).not.toContain('canary')
  writeFileSync(file, 'apiVersion: paramedic/v1\n')
  const broken = await runParamedic(['config', 'show', file, '--json'], { cwd: folder, env })
  expect(broken.exitCode).toBe(1)
  expect(JSON.parse(broken.stdout)).toMatchObject({ isValid: false })
})

it('checks a configuration as each place reads it', async () => {
  writeFileSync(
    join(folder, 'paramedic.yaml'),
    `apiVersion: paramedic/v1
kind: Configuration
targets:
  - name: mill-db
    kind: postgres
    site: berlin
    environment: production
    system: mill
    role: db
    connection: { url: '\${env:MILL_URL}' }
principals: [{ name: mia, roles: [viewer], token: '\${env:MIA}' }]
`,
  )
  const here = { MIA: 'token-of-mia-0123456789-abc' }
  const there = { MILL_URL: 'postgres://a:b@mill/mill' }
  const check = (env: Record<string, string>, ...args: string[]) =>
    runParamedic(['config', 'check', ...args], { cwd: folder, env })
  const centre = await check(here)
  expect(centre.exitCode).toBe(0)
  expect(centre.stdout).toContain('npx paramedic config check paramedic.yaml --site berlin')
  expect(JSON.parse((await check(here, '--json')).stdout)).toMatchObject({
    isValid: true,
    notLookedUp: ['berlin'],
  })
  expect(await check(there, '--site', 'berlin')).toMatchObject({ exitCode: 0 })
  const refused = await check(here, '--site', 'berlin')
  expect(refused.exitCode).toBe(1)
  expect(refused.stdout).toContain('`${env:MILL_URL}` could not be read')
  expect(refused.stdout).toContain('npx paramedic config check paramedic.yaml --site berlin')
  expect((await check(there, '--site', 'berlni')).stdout).toContain('did you mean `berlin`?')
})

it('prints the schema and the reference of runbooks as they are kept', async () => {
  const schema = await runParamedic(['runbook', 'schema'], { cwd: folder })
  expect(schema).toMatchObject({ exitCode: 0, stdout: source('docs/schemas/runbook.json') })
  const reference = await runParamedic(['runbook', 'reference'], { cwd: folder })
  expect(reference).toMatchObject({ exitCode: 0, stdout: source('docs/runbook-reference.md') })
})
