/** Goal: who puts another runbook in force by hand, or changes what a hash stands for, is found out. */
import { beforeAll, expect, test } from 'vitest'
import { syncRunbooks } from '../../api/sync-runbooks.ts'
import { smallRunbook } from '../support/small-runbooks.ts'
import { verifyStored } from '../support/stored-record.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()

beforeAll(async () => {
  const sync = (title: string, comment: string, by: string) =>
    syncRunbooks(sides.pool, undefined, {
      files: [
        { file: 'default.yaml', source: smallRunbook('default') },
        { file: 'queue.yaml', source: smallRunbook('queue', { title }) + comment },
        ...(by === 'ana' ? [{ file: 'gone.yaml', source: smallRunbook('gone') }] : []),
      ],
      by,
      atMs: Date.now(),
    })
  await sync('First', '', 'ana')
  await sync('Second', '', 'ben')
  await sync('Second', '# Reviewed.\n', 'cleo')
})

test('what came by start and sync follows from its entries', async () => {
  const { rowFaults, chainFaults } = await verifyStored(sides.pool)
  expect([...rowFaults, ...chainFaults]).toEqual([])
})

test.each([
  [
    `update runbook_in_force set changed_by = 'mallory' where name = 'queue'`,
    'runbook_in_force queue',
    'by is mallory, and its entries say ben',
  ],
  [
    `update runbook_in_force set hash = (select before_hash from runbook_change where before_hash <> hash limit 1) where name = 'queue'`,
    'runbook_in_force queue',
    'hash is',
  ],
  [`delete from runbook_in_force where name = 'queue'`, 'runbook_in_force queue', 'its row is not'],
  [
    `insert into runbook_in_force select 'odd', hash, file, source_text, since, way, changed_by from runbook_in_force where name = 'queue'`,
    'runbook_in_force odd',
    'no entry says that it exists',
  ],
  [
    `update runbook_version v set normalised = jsonb_set(normalised, '{escalate,0,afterMs}', '3600000') from runbook_in_force f
     where f.hash = v.hash and f.name = 'queue'`,
    'runbook_version',
    'what is kept of queue under this hash has another one',
  ],
])('%s', async (statement, row, says) => {
  const client = await sides.pool.connect()
  const { rows: inForce } = await client.query('select * from runbook_in_force')
  const { rows: versions } = await client.query('select * from runbook_version')
  await client.query(statement)
  const { rowFaults } = await verifyStored(sides.pool)
  await client.query('delete from runbook_in_force')
  await client.query(
    'update runbook_version v set normalised = j.normalised from jsonb_populate_recordset(null::runbook_version, $1) j where j.hash = v.hash',
    [JSON.stringify(versions)],
  )
  await client.query(
    'insert into runbook_in_force select * from jsonb_populate_recordset(null::runbook_in_force, $1)',
    [JSON.stringify(inForce)],
  )
  client.release()
  expect(rowFaults.length).toBeGreaterThan(0)
  expect(rowFaults[0]!.row).toContain(row)
  expect(rowFaults[0]!.says).toContain(says)
  expect((await verifyStored(sides.pool)).rowFaults).toEqual([])
})
