import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type ApiUnderTest, authorization, startApi } from '../support/api-under-test.ts'
import { smallRunbook } from '../support/small-runbooks.ts'
import { auditLog } from '../support/two-sides.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
})
afterAll(() => api.close())

const good = { file: 'default.yaml', source: smallRunbook('default') }
const named = (file: string) => ({ files: [good, { file, source: smallRunbook('queue') }] })
const saying = (source: string) => ({ files: [good, { file: 'queue.yaml', source }] })

const laughs = Array.from(
  { length: 20 },
  (_, nth) =>
    `a${nth}: &a${nth} [${Array(10)
      .fill(nth === 0 ? 'lol' : `*a${nth - 1}`)
      .join(', ')}]`,
).join('\n')
const nested = `metadata: ${'['.repeat(100_000)}`

test.each<[string, unknown, number, string]>([
  ['10 MB', saying('#'.repeat(10_000_000)), 413, 'too_large'],
  ['a file of a MB', saying('#'.repeat(1_000_000)), 400, 'invalid_runbook'],
  ['aliases of aliases', saying(laughs), 400, 'invalid_runbook'],
  ['brackets in brackets', saying(nested), 400, 'invalid_runbook'],
  ['a tag', saying('!!js/function "x"'), 400, 'invalid_runbook'],
  ['a list of 100,000', saying(`a: [${'x, '.repeat(100_000)}]`), 400, 'invalid_runbook'],
  ['NUL in a comment', saying(`${smallRunbook('queue')}# \0`), 400, 'invalid_runbook'],
  [
    'NUL in a title',
    saying(smallRunbook('queue').replace('title: queue', 'title: "\\0"')),
    400,
    'invalid_runbook',
  ],
  ['a key of the prototype', saying('__proto__: { a: 1 }'), 400, 'invalid_runbook'],
  ['the same name twice', saying(good.source), 400, 'invalid_runbook'],
  ['the same file twice', { files: [good, good] }, 400, 'bad_payload'],
  ['a path upwards', named('../default.yaml'), 400, 'bad_payload'],
  ['a path upwards further down', named('a/../../default.yaml'), 400, 'bad_payload'],
  ['a path from the root', named('/etc/default.yaml'), 400, 'bad_payload'],
  ['a path of Windows', named('..\\default.yaml'), 400, 'bad_payload'],
  ['NUL in a path', named('a\0.yaml'), 400, 'bad_payload'],
  ['a line break in a path', named('a\n.yaml'), 400, 'bad_payload'],
  ['a hidden file', named('.git/a.yaml'), 400, 'bad_payload'],
  ['a file of another kind', named('run.sh'), 400, 'bad_payload'],
  ['a path of 10,000 signs', named(`${'a'.repeat(10_000)}.yaml`), 400, 'bad_payload'],
  [
    '1,000 files',
    { files: Array.from({ length: 1_000 }, (_, nth) => ({ ...good, file: `${nth}.yaml` })) },
    400,
    'bad_payload',
  ],
  ['no file', { files: [] }, 400, 'bad_payload'],
])('%s', async (_, body, status, code) => {
  const begun = performance.now()
  const answer = await api.call('admin', 'PUT', '/v1/runbooks', body)
  expect(performance.now() - begun).toBeLessThan(1_000)
  expect([answer.status, answer.body.error.code]).toEqual([status, code])
  expect(answer.text.length).toBeLessThan(20_000)
  expect(await auditLog(api.database.pool)).toEqual([])
})

test('text that no terminal should obey is data, in the answer and in the list', async () => {
  const escape = '\u001b]0;owned\u0007'
  const answer = await api.call('admin', 'PUT', '/v1/runbooks', {
    ...saying(`${smallRunbook('queue')}"${escape}": 1\n`),
    partial: true,
  })
  expect(answer.status).toBe(200)
  const { body } = await api.call('viewer', 'GET', '/v1/runbooks')
  expect(body.faultyFiles[0].told).not.toContain('\u001b')
})

test('while 500 runbooks are read, others are served', async () => {
  const files = Array.from({ length: 499 }, (_, nth) => ({
    file: `${nth}.yaml`,
    source: smallRunbook(`queue-${nth}`),
  }))
  const syncing = api.app.inject({
    method: 'PUT',
    url: '/v1/runbooks',
    payload: JSON.stringify({ files: [good, ...files] }),
    headers: { 'content-type': 'application/json', ...authorization('admin') },
  })
  let isSyncing = true
  void syncing.then(() => (isSyncing = false))
  let served = 0
  let slowestMs = 0
  while (isSyncing) {
    const begun = performance.now()
    await api.call('generic', 'POST', '/v1/webhooks/generic', { title: `alert ${served}` })
    slowestMs = Math.max(slowestMs, performance.now() - begun)
    served += 1
  }
  expect((await syncing).statusCode).toBe(200)
  expect(served).toBeGreaterThan(10)
  expect(slowestMs).toBeLessThan(2_000)
})
