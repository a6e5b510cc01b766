/** Goal: of real servers, those that answer are measured although one does not, and as quickly. Method: two that are up, one port where nobody listens. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { measureAny, valuesOf } from '../../activities/run-check.ts'
import { checks } from '../../activities/targets/implementations.ts'
import { configurationSchema } from '../../contracts/configuration.ts'
import type { TargetConfiguration } from '../../contracts/configuration/targets.ts'
import type { CheckName, ParameterValue } from '../../contracts/targets/catalogue.ts'
import { freePort } from '../../embedded/ports.ts'
import { evaluateCondition, valueScope } from '../../language/conditions.ts'
import {
  patience,
  postgresTarget,
  prometheusTarget,
  redisTarget,
  serviceTarget,
} from '../support/targets-under-test.ts'

const server = createServer((_, answer) => void answer.end('queued 7\n'))
let up: string
let nowhere: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  up = `127.0.0.1:${(server.address() as AddressInfo).port}`
  nowhere = `127.0.0.1:${await freePort()}`
})
afterAll(() => void server.close())

/** Three targets; nobody listens where the second is said to be. */
function group(of: (host: string) => TargetConfiguration, host: string) {
  const hosts: Record<string, string> = { 'edge-1': host, 'edge-2': nowhere, 'edge-3': host }
  const targets = Object.entries(hosts).map(([name, host]) => ({ ...of(host), name }))
  const empty = configurationSchema.parse({ apiVersion: 'paramedic/v1', kind: 'Configuration' })
  return async (uses: CheckName, parameters: Record<string, ParameterValue>) => {
    const request = { name: 'edge', uses, targets: Object.keys(hosts), with: parameters, timeoutMs: 5_000 }
    const dependencies = { configuration: { ...empty, targets }, checks }
    const result = await measureAny(dependencies, request, patience)
    const asked = (condition: string) =>
      evaluateCondition(condition, valueScope(uses, valuesOf(result), true))
    return { result, asked }
  }
}

const silentSecond = {
  members: {
    'edge-1': { values: expect.anything() },
    'edge-2': { problem: expect.stringMatching(/ECONNREFUSED|refused/) },
    'edge-3': { values: expect.anything() },
  },
}
const postgresUrl = (host?: string): URL =>
  Object.assign(new URL(inject('postgresUrl')), host === undefined ? {} : { host })
const redisHost = new URL(inject('redisUrl') ?? 'redis://nowhere').host

test('PostgreSQL', async () => {
  const measure = group(host => postgresTarget(postgresUrl(host).href), postgresUrl().host)
  const { result, asked } = await measure('postgres.connections', {})
  expect(result).toMatchObject(silentSecond)
  expect(asked('value.exists(one, one.max_connections > 0)')).toEqual({ value: true })
  expect(asked('value.all(one, one.max_connections > 0)')).toEqual({
    noData: 'value: max_connections of each',
  })
  expect(asked('value.exists(one, !one.answered && one.target == "edge-2")')).toEqual({ value: true })
})

test.skipIf(inject('redisUrl') === undefined)('Redis', async () => {
  const measure = group(host => redisTarget(`redis://${host}`), redisHost)
  const { result, asked } = await measure('redis.keys', { prefix: 'nobody-has-this:' })
  expect(result).toMatchObject(silentSecond)
  expect(asked('max(value.filter(one, one.answered).map(one, one.count)) == 0')).toEqual({ value: true })
})

test('a scraped endpoint', async () => {
  const measure = group(host => prometheusTarget(`http://${host}/metrics`), up)
  const { result, asked } = await measure('prometheus.scrape', { metric: 'queued', timeout: 2_000 })
  expect(result).toMatchObject(silentSecond)
  expect(asked('sum(value.filter(one, one.answered).map(one, one.value)) == 14.0')).toEqual({ value: true })
})

test('a service that is down has answered: its state is what was asked', async () => {
  const measure = group(host => serviceTarget(`http://${host}/health`), up)
  const { asked } = await measure('service.health', { timeout: 2_000 })
  expect(asked('value.filter(one, one.status == "down").size() == 1')).toEqual({ value: true })
  expect(asked('value.all(one, one.answered)')).toEqual({ value: true })
})
