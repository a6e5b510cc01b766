import { expect, test } from 'vitest'
import type { Pool } from '../../store/database.ts'
import { readChanges, readFaultyFiles, readInForce } from '../../store/runbooks-in-force.ts'
import { putFolderInForce, readRunbookFolder } from '../../worker/load-runbooks.ts'
import { faultyRunbook, runbookFolder, smallRunbook } from '../support/small-runbooks.ts'
import { auditLog, twoSides } from '../support/two-sides.ts'

const sides = twoSides()

/** A worker's start, as far as its runbooks; what it logs. */
async function start(folder: string, pool: Pool = sides.pool): Promise<string[]> {
  const said: string[] = []
  const log = {
    info: ({ name, change }: Record<string, unknown>) => void said.push(`${String(change)} ${String(name)}`),
    error: ({ file }: Record<string, unknown>) => void said.push(`faulty ${String(file)}`),
  }
  await putFolderInForce(pool, await readRunbookFolder(folder), log)
  return said
}

const titles = async (): Promise<string[]> =>
  (await readInForce(sides.pool)).map(
    ({ name, runbook, way, by }) => `${name}: ${runbook.title}, ${way} ${by}`,
  )

test('a folder is put in force; a faulty file keeps its last good version until it is mended', async () => {
  const { folder, write } = await runbookFolder({
    'default.yaml': smallRunbook('default'),
    'shop/queue.yaml': smallRunbook('queue'),
    'shop/queue.drill.yaml': 'kind: Drill',
    '..2026_03_01/queue.yaml': smallRunbook('queue'),
  })
  expect(await start(folder)).toEqual(['new default', 'new queue'])
  const first = await titles()
  expect(first).toEqual(['default: default, start paramedic', 'queue: queue, start paramedic'])

  await write({
    'shop/queue.yaml': faultyRunbook('queue'),
    'default.yaml': smallRunbook('default', { title: 'Anything' }),
  })
  expect(await start(folder)).toEqual(['changed default', 'faulty shop/queue.yaml'])
  expect(await titles()).toEqual(['default: Anything, start paramedic', first[1]])
  expect(await readFaultyFiles(sides.pool)).toEqual([
    {
      file: 'shop/queue.yaml',
      faults: 1,
      told: expect.stringContaining('shop/queue.yaml:8:1 unknown key `verfy`') as string,
      keeps: 'queue',
      since: expect.any(String) as string,
      way: 'start',
      by: 'paramedic',
    },
  ])
  // Nothing changes, and it is told again.
  expect(await start(folder)).toEqual(['faulty shop/queue.yaml'])

  await write({ 'shop/queue.yaml': smallRunbook('queue', { title: 'Mended' }) })
  expect(await start(folder)).toEqual(['changed queue'])
  expect(await readFaultyFiles(sides.pool)).toEqual([])

  await write({ 'shop/queue.yaml': undefined })
  expect(await start(folder)).toEqual(['removed queue'])
  expect((await readChanges(sides.pool, 'queue', 10)).map(({ change, by }) => [change, by])).toEqual([
    ['removed', 'paramedic'],
    ['changed', 'paramedic'],
    ['new', 'paramedic'],
  ])
  expect((await auditLog(sides.pool)).map(({ kind, data }) => [kind, data['name'] ?? data['file']])).toEqual([
    ['runbook.in-force', 'default'],
    ['runbook.in-force', 'queue'],
    ['runbook.in-force', 'default'],
    ['runbook.held-back', 'shop/queue.yaml'],
    ['runbook.in-force', 'queue'],
    ['runbook.mended', 'shop/queue.yaml'],
    ['runbook.withdrawn', 'queue'],
  ])
})

test('two workers that start at once put their folder in force once', async () => {
  const { folder } = await runbookFolder({
    'default.yaml': smallRunbook('default', { title: 'Of both' }),
    'cache.yaml': smallRunbook('cache'),
  })
  const said = await Promise.all([start(folder), start(folder, sides.other)])
  expect(said.flat().toSorted()).toEqual(['changed default', 'new cache'])
})

test.each([
  ['has no runbook', { 'notes.txt': 'none' }, 'the folder has no file that is a runbook'],
  ['has only what is no YAML', { 'one.yaml': 'metadata: {' }, 'not valid YAML'],
  ['is not there', undefined, 'the folder cannot be read: ENOENT'],
])('a folder that %s takes nothing out of force', async (_, files, told) => {
  const before = await titles()
  const folder = files === undefined ? '/nowhere/runbooks' : (await runbookFolder(files)).folder
  expect(await start(folder)).toHaveLength(1)
  expect(await titles()).toEqual(before)
  expect((await readFaultyFiles(sides.pool))[0]!.told).toContain(told)
})

test.each([
  'update runbook_change set changed_by = name',
  'delete from runbook_change',
  'truncate runbook_change',
])('what was in force is not rewritten: %s', async statement => {
  await expect(sides.pool.query(statement)).rejects.toThrow(/append-only/)
})
