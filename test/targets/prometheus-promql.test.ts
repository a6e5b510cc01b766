/** The same questions to a real Prometheus server, where one is installed, and to a stand-in that speaks its API. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readPromql } from '../../activities/targets/prometheus/promql.ts'
import type { TargetConfigurationOf } from '../../contracts/configuration/targets.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { freePort } from '../../embedded/ports.ts'
import { configuredUrl } from '../support/configured-url.ts'
import { eventually } from '../support/incident-harness.ts'
import { failureOf, patience, prometheusTarget, startSilentServer } from '../support/targets-under-test.ts'

const program = findOnPath('prometheus')
const timeoutMs = 3_000

function serverTarget(url: string): TargetConfigurationOf<'prometheus'> {
  return { ...prometheusTarget(url), server: { url: configuredUrl(url) } }
}

interface Answerer {
  name: string
  start(): Promise<string>
  stop(): void
}

const answerers: Answerer[] = program === undefined ? [standIn()] : [realServer(program), standIn()]

describe.each(answerers)('$name', ({ start, stop }) => {
  let target: TargetConfigurationOf<'prometheus'>
  beforeAll(async () => void (target = serverTarget(await start())))
  afterAll(() => stop())
  const ask = (query: string) => readPromql(target, query, timeoutMs, patience)

  test.each([
    ['a vector of one', 'vector(42.5)', { is: 'value', value: 42.5 }],
    ['a scalar', '1 + 1', { is: 'value', value: 2 }],
    ['an empty vector', 'no_such_series', { is: 'absent' }],
    ['NaN', 'vector(0 / 0)', { is: 'not-a-number' }],
    ['infinity', '-1 / 0', { is: 'not-a-number' }],
  ])('%s', async (_, query, measured) => {
    expect(await ask(query)).toEqual(measured)
  })

  test.each([
    ['two series', 'label_replace(vector(1), "a", "b", "", "") or vector(2)', 'not_one_number', /2 series/],
    ['a matrix', 'vector(1)[1m:30s]', 'not_one_number', /a matrix/],
    ['a string', '"words"', 'not_one_number', /a string/],
    ['a query that is none', 'sum(', 'target_rejected', /bad_data: .*parse error/],
  ])('%s is no number', async (_, query, code, says) => {
    const failure = await failureOf(ask(query))
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(says)
  })
})

test.each<[string, RequestListener, string, RegExp]>([
  [
    'a 503 with its reason',
    (_, response) =>
      response.writeHead(503).end('{"status":"error","errorType":"timeout","error":"query timed out"}'),
    'target_unavailable',
    /timeout: query timed out/,
  ],
  [
    'a proxy in trouble',
    (_, response) => response.writeHead(502).end('<html>'),
    'target_unavailable',
    /HTTP 502/,
  ],
  [
    'a login page',
    (_, response) => response.end('<html>'),
    'target_rejected',
    /not that of a Prometheus server/,
  ],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: '/' }).end(),
    'target_rejected',
    /HTTP 302/,
  ],
  [
    'more than one number needs',
    (_, response) => response.end('x'.repeat(300_000)),
    'not_one_number',
    /more than 262144 bytes/,
  ],
  [
    'words that move a cursor',
    (_, response) =>
      response.writeHead(400).end('{"status":"error","errorType":"bad_data","error":"\\u001b[2J"}'),
    'target_rejected',
    /bad_data: \?\[2J/,
  ],
])('%s', async (_, listener, code, says) => {
  const failure = await failureOf(readPromql(serverTarget(await serve(listener)), 'up', timeoutMs, patience))
  expect(failure.code).toBe(code)
  expect(failure.message).toMatch(says)
})

test('silence is given up in time', async () => {
  const silent = await startSilentServer()
  onTestFinished(silent.close)
  const target = serverTarget(`http://127.0.0.1:${silent.port}`)
  expect((await failureOf(readPromql(target, 'up', 200, patience))).code).toBe('target_unavailable')
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void (server.closeAllConnections(), server.close()))
  await once(server, 'listening')
  return urlOf(server.address())
}

function urlOf(address: unknown): string {
  if (typeof address !== 'object' || address === null || !('port' in address))
    throw new Error('no numeric address')
  return `http://127.0.0.1:${String(address.port)}`
}

function realServer(program: string): Answerer {
  let child: ChildProcess | undefined
  let folder = ''
  return {
    name: 'a real Prometheus server',
    async start() {
      folder = mkdtempSync(path.join(tmpdir(), 'paramedic-prometheus-'))
      writeFileSync(path.join(folder, 'prometheus.yml'), 'global: {}\n')
      const port = await freePort()
      child = spawn(
        program,
        [
          `--config.file=${folder}/prometheus.yml`,
          `--storage.tsdb.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        { stdio: 'ignore' },
      )
      const url = `http://127.0.0.1:${port}`
      await eventually(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok)
      return url
    },
    stop() {
      child?.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Answers the questions above as Prometheus 2.42 does, and no others. */
function standIn(): Answerer {
  const vector = (...values: string[]) => ({
    resultType: 'vector',
    result: values.map(value => ({ metric: {}, value: [1_700_000_000.781, value] })),
  })
  const scalar = (value: string) => ({ resultType: 'scalar', result: [1_700_000_000.781, value] })
  const answers: Record<string, unknown> = {
    'vector(42.5)': vector('42.5'),
    '1 + 1': scalar('2'),
    no_such_series: vector(),
    'vector(0 / 0)': vector('NaN'),
    '-1 / 0': scalar('-Inf'),
    'label_replace(vector(1), "a", "b", "", "") or vector(2)': vector('1', '2'),
    'vector(1)[1m:30s]': { resultType: 'matrix', result: [{ metric: {}, values: [[1_700_000_000, '1']] }] },
    '"words"': { resultType: 'string', result: [1_700_000_000.781, 'words'] },
  }
  const parseError = {
    status: 'error',
    errorType: 'bad_data',
    error: 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const asked = new URLSearchParams(body)
      const isExpected =
        request.method === 'POST' && request.url === '/api/v1/query' && asked.get('timeout') === '2700ms'
      if (!isExpected) return response.writeHead(500).end()
      const data = answers[asked.get('query') ?? '']
      response.setHeader('content-type', 'application/json')
      if (data === undefined) return response.writeHead(400).end(JSON.stringify(parseError))
      return response.end(JSON.stringify({ status: 'success', data }))
    })
  })
  return {
    name: 'a stand-in for Prometheus',
    async start() {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return urlOf(server.address())
    },
    stop: () => void (server.closeAllConnections(), server.close()),
  }
}
