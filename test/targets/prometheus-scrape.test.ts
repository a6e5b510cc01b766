import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { Counter, Registry } from 'prom-client'
import { afterEach, expect, it } from 'vitest'
import { scrape } from '../../activities/targets/prometheus/scrape.ts'
import { filledParameters } from '../../contracts/runbook-input.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { resolveInputs } from '../../language/resolve-inputs.ts'
import { failureOf, patience, prometheusTarget, startSilentServer } from '../support/targets-under-test.ts'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

const timeout = 2_000

it('sums the series of a real exporter whose labels are equal', async () => {
  const registry = new Registry()
  const counter = new Counter({
    name: 'shop_orders_total',
    help: 'Orders',
    labelNames: ['region', 'code'],
    registers: [registry],
  })
  counter.inc({ region: 'eu "west"\\1\n', code: '200' }, 3)
  counter.inc({ region: 'eu "west"\\1\n', code: '500' }, 4)
  counter.inc({ region: 'us', code: '500' }, 5)
  const text = await registry.metrics()
  const target = prometheusTarget(await serve((_, response) => response.end(text)))
  const metric = 'shop_orders_total'
  expect(await scrape.measure(target, { metric, timeout }, patience)).toEqual({ value: 12, series: 3 })
  expect(
    await scrape.measure(target, { metric, labels: { region: 'eu "west"\\1\n' }, timeout }, patience),
  ).toEqual({ value: 7, series: 2 })
  expect(
    await scrape.measure(target, { metric, labels: { zone: '', code: '500' }, timeout }, patience),
  ).toEqual({ value: 9, series: 2 })
  expect(await scrape.measure(target, { metric, labels: { code: '404' }, timeout }, patience)).toEqual({
    series: 0,
  })
  expect(await scrape.measure(target, { metric: 'shop_orders', timeout }, patience)).toEqual({ series: 0 })
})

const ofApplication = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: errors, title: Errors of one application, owner: platform }
targets: { metrics: prometheus }
inputs: { application: { type: string, from: alert.labels.application, max: 60, describe: Whose errors they are } }
match: alert.labels.alertname == "Errors"
triage:
  checks:
    errors:
      uses: prometheus.scrape
      target: metrics
      with: { metric: shop_errors, labels: { code: '500', application: { input: application } } }
  severity: [ { is: SEV2 } ]
escalate: [ { after: 0m, page: [on-call] } ]
`

/** What the check of that runbook sees when an alert says this. */
async function errorsOf(application: string): Promise<unknown> {
  const read = parseRunbook(ofApplication, 'errors.yaml')
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  const { inputs, triage } = read.runbook
  const alert = { labels: { application }, annotations: {} }
  const filled = filledParameters(triage.checks[0]!, resolveInputs(inputs ?? [], alert))
  if ('missing' in filled) throw new Error(filled.missing)
  const registry = new Registry()
  const labelNames = ['application', 'code']
  const errors = new Counter({ name: 'shop_errors', help: 'Errors', labelNames, registers: [registry] })
  errors.inc({ application: 'the "shop"\\1', code: '500' }, 7)
  errors.inc({ application: 'the "shop"\\1', code: '404' }, 100)
  errors.inc({ application: 'the \\"shop\\"\\\\1', code: '500' }, 1_000)
  errors.inc({ application: 'jobs', code: '500' }, 10_000)
  const text = await registry.metrics()
  const target = prometheusTarget(await serve((_, response) => response.end(text)))
  return scrape.measure(target, filled.with as Parameters<typeof scrape.measure>[1], patience)
}

it.each<[string, string, object]>([
  ['quotes and backslashes stand for themselves', 'the "shop"\\1', { value: 7, series: 1 }],
  ['what is escaped is another value', 'the \\"shop\\"\\\\1', { value: 1_000, series: 1 }],
  ['no text ends the label and begins another', 'jobs",code="404', { series: 0 }],
  ['no text is a pattern', '.*', { series: 0 }],
])('a label has what the alert says as it is: %s', async (_, application, seen) => {
  expect(await errorsOf(application)).toEqual(seen)
})

it.each(['NaN', '+Inf', '-Inf'])('leaves out a value of %s: it cannot be compared', async text => {
  const target = prometheusTarget(await serve((_, response) => response.end(`load ${text}\n`)))
  expect(await scrape.measure(target, { metric: 'load', timeout }, patience)).toEqual({ series: 1 })
})

it.each([
  ['a 503', 'target_unavailable', (_, response) => response.writeHead(503).end(), /HTTP 503/],
  [
    'a redirect',
    'target_rejected',
    (_, response) => response.writeHead(302, { location: '/' }).end(),
    /HTTP 302/,
  ],
  [
    'a web page',
    'target_rejected',
    (_, response) => response.end('load 1\n<html>'),
    /line 2: expected a metric name/,
  ],
  [
    'too much',
    'target_rejected',
    (_, response) => response.end('# \n'.repeat(2_000_000)),
    /larger than 5242880 bytes/,
  ],
] satisfies [string, string, RequestListener, RegExp][])('%s is %s', async (_, code, listener, says) => {
  const failure = await failureOf(
    scrape.measure(prometheusTarget(await serve(listener)), { metric: 'load', timeout }, patience),
  )
  expect(failure.code).toBe(code)
  expect(failure.message).toMatch(says)
})

it('gives up in time, and at once when it is cancelled', async () => {
  const silent = await startSilentServer()
  const target = prometheusTarget(`http://127.0.0.1:${silent.port}`)
  expect((await failureOf(scrape.measure(target, { metric: 'load', timeout: 200 }, patience))).code).toBe(
    'target_unavailable',
  )
  const controller = new AbortController()
  const reason = new Error('cancelled')
  setTimeout(() => controller.abort(reason), 50)
  await expect(scrape.measure(target, { metric: 'load', timeout: 60_000 }, controller.signal)).rejects.toBe(
    reason,
  )
  silent.close()
})

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric address')
  return `http://127.0.0.1:${address.port}`
}
