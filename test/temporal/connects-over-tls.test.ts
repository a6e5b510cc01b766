import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { createTemporalHealth } from '../../api/temporal-health.ts'
import { readTemporalEndpoint } from '../../configuration.ts'
import { connectionOptions } from '../../contracts/temporal-endpoint.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { createAuthority, type Authority, type Identity } from '../support/certificates.ts'
import { startTlsFrontend } from '../support/tls-frontend.ts'

const namespace = 'over-tls'
/** The frontend's certificate says this, and the connections go to 127.0.0.1: only an override can match. */
const serverName = 'frontend.temporal.test'
const apiKey = 'canary-api-key-0123456789'

let folder: string
let authority: Authority
let server: Identity
let client: Identity

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'paramedic-tls-'))
  authority = createAuthority(folder)
  server = authority.issue('server', serverName)
  client = authority.issue('client')
  writeFileSync(path.join(folder, 'api-key'), `${apiKey}\n`)
  await registerNamespace(inject('temporalAddress'), namespace)
  return () => rmSync(folder, { recursive: true, force: true })
})

async function startFrontend() {
  return startTlsFrontend({ temporalAddress: inject('temporalAddress'), identity: server, authority })
}

function variables(address: string): Record<string, string> {
  return {
    PARAMEDIC_TEMPORAL_ADDRESS: address,
    PARAMEDIC_TEMPORAL_NAMESPACE: namespace,
    PARAMEDIC_TEMPORAL_TLS: 'on',
    PARAMEDIC_TEMPORAL_TLS_CA: authority.certificate,
    PARAMEDIC_TEMPORAL_TLS_CERT: client.certificate,
    PARAMEDIC_TEMPORAL_TLS_KEY: client.key,
    PARAMEDIC_TEMPORAL_TLS_SERVER_NAME: serverName,
    PARAMEDIC_TEMPORAL_API_KEY_FILE: path.join(folder, 'api-key'),
  }
}

test('the api and the worker show a certificate and the API key, and are let in', async () => {
  const frontend = await startFrontend()
  const endpoint = readTemporalEndpoint(variables(frontend.address))

  const health = createTemporalHealth(endpoint)
  onTestFinished(() => health.close())
  const [temporal] = (await health.check()).dependencies
  expect(temporal).toMatchObject({ name: 'temporal', isUp: true })
  const callsOfApi = frontend.authorizations.length

  const connection = await NativeConnection.connect(connectionOptions(endpoint))
  onTestFinished(() => connection.close())
  await new Client({ connection, namespace }).workflow.count()

  expect(frontend.authorizations.length).toBeGreaterThan(callsOfApi)
  expect([...new Set(frontend.authorizations)]).toEqual([`Bearer ${apiKey}`])
})

test('whoever shows no certificate is not let in', async () => {
  const frontend = await startFrontend()
  const {
    PARAMEDIC_TEMPORAL_TLS_CERT: _,
    PARAMEDIC_TEMPORAL_TLS_KEY: __,
    ...rest
  } = variables(frontend.address)
  const options = connectionOptions(readTemporalEndpoint(rest))

  await expect(Connection.connect({ ...options, connectTimeout: 2_000 })).rejects.toThrow()
  await expect(NativeConnection.connect(options)).rejects.toThrow()
  expect(frontend.authorizations).toEqual([])
})

test('a frontend whose certificate is of another authority, or of another name, is refused before it sees the key', async () => {
  const frontend = await startFrontend()
  const stranger = createAuthority(folder, 'stranger')
  const wrong = [
    { PARAMEDIC_TEMPORAL_TLS_CA: stranger.certificate },
    { PARAMEDIC_TEMPORAL_TLS_SERVER_NAME: 'other.temporal.test' },
  ]
  for (const change of wrong) {
    const options = connectionOptions(readTemporalEndpoint({ ...variables(frontend.address), ...change }))
    await expect(Connection.connect({ ...options, connectTimeout: 2_000 })).rejects.toThrow()
    await expect(NativeConnection.connect(options)).rejects.toThrow()
  }
  expect(frontend.authorizations).toEqual([])
})
