import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase, type Pool } from '../../store/database.ts'
import { migrate } from '../../store/migrate.ts'

let admin: pg.Client
let pools: [Pool, Pool]
const name = `test_${randomBytes(6).toString('hex')}`

beforeAll(async () => {
  admin = new pg.Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
  pools = [openDatabase(url), openDatabase(url)]
})
afterAll(async () => {
  await Promise.all(pools.map(pool => pool.end()))
  await admin.query(`drop database ${name} with (force)`)
  await admin.end()
})

test('two processes that start at once on an empty database: one applies everything, the other nothing', async () => {
  const applied = await Promise.all(pools.map(migrate))
  const [all, nothing] = applied.toSorted((a, b) => b.length - a.length)
  expect(nothing).toEqual([])
  expect(all).toEqual(all!.toSorted())
  expect(all![0]).toMatch(/^0001-/)
  const { rows } = await pools[0].query<{ name: string }>('select name from migration order by name')
  expect(rows.map(row => row.name)).toEqual(all)
})

test('a migration edited after it ran is refused, and nothing else happens', async () => {
  const known = await pools[0].query<{ name: string; sha256: string }>(
    'select name, sha256 from migration order by name',
  )
  const [first, ...later] = known.rows
  await pools[0].query(`update migration set sha256 = 'of the old text' where name = $1`, [first!.name])
  await pools[0].query('delete from migration where name <> $1', [first!.name])
  await expect(migrate(pools[1])).rejects.toThrow(`Migration ${first!.name} was edited after it ran`)
  const { rows } = await pools[0].query('select name from migration')
  expect(rows).toEqual([{ name: first!.name }])
  expect(later.length).toBeGreaterThan(0)
})

test('a migration that fails leaves nothing of itself behind', async () => {
  // Its index is there already, from the test before: the statement fails.
  await pools[0].query(
    `update migration set sha256 = encode(sha256(convert_to($1, 'UTF8')), 'hex') where name like '0001-%'`,
    [await firstMigration()],
  )
  await expect(migrate(pools[0])).rejects.toThrow(/already exists/)
  expect((await pools[0].query('select name from migration')).rowCount).toBe(1)
})

async function firstMigration(): Promise<string> {
  const { readdir, readFile } = await import('node:fs/promises')
  const folder = new URL('../../store/migrations/', import.meta.url)
  const [first] = (await readdir(folder)).toSorted()
  return readFile(new URL(first!, folder), 'utf8')
}
