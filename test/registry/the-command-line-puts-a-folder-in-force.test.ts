import { expect, inject, onTestFinished, test } from 'vitest'
import { runParamedic } from '../cli/support/run-paramedic.ts'
import { tokenOf } from '../support/api-under-test.ts'
import { startDocumentedService } from '../support/documented-service.ts'
import { faultyRunbook, runbookFolder, smallRunbook } from '../support/small-runbooks.ts'

test('check, sync, list, show, history and diff tell one story', async () => {
  const service = await startDocumentedService(inject('postgresUrl'))
  onTestFinished(() => service.close())
  const { folder, write } = await runbookFolder({
    'default.yaml': smallRunbook('default'),
    'shop/queue.yaml': smallRunbook('queue'),
  })
  const run = (...args: string[]) =>
    runParamedic(['runbook', ...args], {
      env: { PARAMEDIC_API_URL: service.url, PARAMEDIC_TOKEN: tokenOf('admin') },
      cwd: folder,
    })

  expect((await run('list')).stdout).toContain('No runbook is in force')
  const foreseen = await run('sync', '.', '--check')
  expect(foreseen).toMatchObject({ exitCode: 0, stderr: '' })
  expect(foreseen.stdout).toContain('It would change: 2 new.')
  expect((await run('list')).stdout).toContain('No runbook is in force')
  const expected = /--expect \w+/.exec(foreseen.stdout)![0].split(' ')
  expect((await run('sync', '.', ...expected)).stdout).toContain('In force from now on: 2 new.')
  expect((await run('sync', '.')).stdout).toContain('Nothing changed')
  expect(await run('sync', '.', ...expected)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('runbooks_changed') as string,
  })

  await write({ 'shop/queue.yaml': smallRunbook('queue').replace('after: 0m', 'after: 30m') })
  const diff = await run('diff', 'shop/queue.yaml')
  expect(diff.stdout).toContain('which is in force')
  expect(diff.stdout).toContain('LOOSENS SAFETY')
  expect((await run('diff', 'shop/queue.yaml', '--check')).exitCode).toBe(1)
  const synced = await run('sync', '.')
  expect(synced.stdout).toMatch(/CHANGED: queue \w{12} → \w{12}, shop\/queue\.yaml/)
  expect(synced.stdout).toContain('LOOSENS SAFETY')
  expect((await run('diff', 'shop/queue.yaml')).stdout).toContain('Nothing that matters changed')

  const history = await run('history', 'queue')
  expect(history.stdout).toContain('put in force')
  const kept = /--kept (\w+)/.exec(history.stdout)![1]!
  expect((await run('show', 'queue')).stdout).toContain('after: 30m')
  const old = await run('show', 'queue', '--kept', kept)
  expect(old.stdout).toContain('not in force')
  expect(old.stdout.split('\n').slice(1).join('\n')).toBe(smallRunbook('queue'))

  await write({ 'shop/queue.yaml': faultyRunbook('queue'), 'new.yaml': smallRunbook('new') })
  const refused = await run('sync', '.')
  expect(refused.exitCode).toBe(1)
  expect(refused.stdout).toContain('shop/queue.yaml:8:1 unknown key `verfy`\n  8 | verfy: { for: 1m }')
  expect(refused.stderr).toContain('Nothing was put in force: 1 fault in 1 file.')
  expect((await run('sync', '.', '--check')).exitCode).toBe(1)
  const partial = await run('sync', '.', '--partial')
  expect(partial.exitCode).toBe(0)
  expect(partial.stdout).toContain('the last good version of queue stays in force')
  expect(partial.stdout).toContain('In force from now on: 1 new. 1 held back.')
  const list = await run('list')
  expect(list.stdout).toMatch(/^✗ shop\/queue\.yaml has 1 fault and has been held back/)
  expect((await run('diff', 'shop/queue.yaml')).exitCode).toBe(1)

  expect(await run('show', 'queu')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('npx paramedic runbook list') as string,
  })
  expect((await run('sync', 'shop/queue.yaml')).exitCode).toBe(2)
  expect((await run('sync', 'nowhere')).exitCode).toBe(2)
}, 60_000)
