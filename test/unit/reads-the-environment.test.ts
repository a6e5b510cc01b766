import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEnvironment, readSite } from '../../configuration.ts'

const secrets = { database: 'canary-database-password', apiKey: 'canary-api-key', key: 'canary-private-key' }
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'paramedic-environment-'))
  writeFileSync(file('database-url'), `postgresql://paramedic:${secrets.database}@db:5432/paramedic\n`)
  writeFileSync(file('api-key'), `${secrets.apiKey}\n`)
  writeFileSync(file('ca'), 'authority')
  writeFileSync(file('certificate'), 'certificate')
  writeFileSync(file('key'), secrets.key)
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string): string {
  return path.join(folder, name)
}

function required(): Record<string, string> {
  return { PARAMEDIC_DATABASE_URL_FILE: file('database-url'), PARAMEDIC_CONFIG: '/etc/paramedic.yaml' }
}

function encrypted(): Record<string, string> {
  return {
    ...required(),
    PARAMEDIC_TEMPORAL_ADDRESS: 'paramedic.a2dd6.tmprl.cloud:7233',
    PARAMEDIC_TEMPORAL_TLS: 'on',
    PARAMEDIC_TEMPORAL_TLS_CA: file('ca'),
    PARAMEDIC_TEMPORAL_TLS_CERT: file('certificate'),
    PARAMEDIC_TEMPORAL_TLS_KEY: file('key'),
    PARAMEDIC_TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
    PARAMEDIC_TEMPORAL_API_KEY_FILE: file('api-key'),
  }
}

test('secrets come from the files that variables name, without the newline at their end', () => {
  const { databaseUrl, temporal } = readEnvironment(encrypted())
  expect(databaseUrl.reveal()).toBe(`postgresql://paramedic:${secrets.database}@db:5432/paramedic`)
  expect(temporal.apiKey?.reveal()).toBe(secrets.apiKey)
  expect(temporal.tls?.identity?.key.reveal()).toBe(secrets.key)
  expect(temporal.tls?.authority?.toString()).toBe('authority')
})

test('printed or serialised, the environment shows none of them', () => {
  const environment = readEnvironment(encrypted())
  const shown = `${inspect(environment, { depth: 9 })} ${JSON.stringify(environment)}`
  for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret)
})

test('a worker may serve a site; without one, or with an empty one, it serves the rest', () => {
  expect(readEnvironment({ ...required(), PARAMEDIC_SITE: 'berlin-2' }).site).toBe('berlin-2')
  expect(readEnvironment({ ...required(), PARAMEDIC_SITE: '' })).not.toHaveProperty('site')
  expect(readSite({ PARAMEDIC_SITE: 'berlin-2' })).toBe('berlin-2')
  expect(() => readSite({ PARAMEDIC_SITE: 'Berlin 2' })).toThrow('PARAMEDIC_SITE must be lower-case letters')
})

test('without a word about TLS the connection is plain', () => {
  expect(readEnvironment(required()).temporal).toEqual({ address: '127.0.0.1:7233', namespace: 'paramedic' })
})

test.each([
  [{ PARAMEDIC_TEMPORAL_TLS: 'off' }, 'PARAMEDIC_TEMPORAL_API_KEY_FILE needs PARAMEDIC_TEMPORAL_TLS=on'],
  [{ PARAMEDIC_TEMPORAL_TLS: 'yes' }, 'PARAMEDIC_TEMPORAL_TLS '],
  [{ PARAMEDIC_TEMPORAL_TLS_KEY: '' }, 'CERT and PARAMEDIC_TEMPORAL_TLS_KEY belong together'],
  [
    { PARAMEDIC_TEMPORAL_TLS_CA: '/nowhere/ca' },
    'PARAMEDIC_TEMPORAL_TLS_CA names a file that cannot be read (ENOENT)',
  ],
  [
    { PARAMEDIC_DATABASE_URL: 'postgresql://db/x' },
    'PARAMEDIC_DATABASE_URL and PARAMEDIC_DATABASE_URL_FILE are both set',
  ],
])('%o is refused, and the variable is named', (change, words) => {
  expect(() => readEnvironment({ ...encrypted(), ...change })).toThrow(words)
})
