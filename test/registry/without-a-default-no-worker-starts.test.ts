import { expect, test } from 'vitest'
import { readInForce } from '../../store/runbooks-in-force.ts'
import { putFolderInForce, readRunbookFolder } from '../../worker/load-runbooks.ts'
import { faultyRunbook, runbookFolder, smallRunbook } from '../support/small-runbooks.ts'
import { auditLog, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const log = { info: () => {}, error: () => {} }

test.each([
  ['none is there', { 'queue.yaml': smallRunbook('queue') }, /no file holds the runbook `default`/],
  [
    'it is faulty and never was good',
    { 'default.yaml': faultyRunbook('default') },
    /default\.yaml:7:1 unknown key/,
  ],
  ['there is no file', {}, /the folder has no file that is a runbook/],
])('when %s, the start is refused and nothing is in force', async (_, files, told) => {
  const { folder } = await runbookFolder(files)
  const refused = putFolderInForce(sides.pool, await readRunbookFolder(folder), log)
  await expect(refused).rejects.toMatchObject({ code: 'invalid_runbook' })
  await expect(refused).rejects.toThrow(told)
  expect(await readInForce(sides.pool)).toEqual([])
  expect(await auditLog(sides.pool)).toEqual([])
})
