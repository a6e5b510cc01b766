import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { readOneNumber } from '../../activities/targets/postgres/one-number.ts'
import { freshDatabase, type FreshDatabase } from '../support/fresh-database.ts'
import { everythingOf, failureOf, patience, postgresTarget } from '../support/targets-under-test.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
  await database.pool.query(
    'create table public.job (id int); insert into public.job select generate_series(1, 3)',
  )
})
afterAll(() => database.drop())

const ask = (statement: string) => readOneNumber(postgresTarget(database.url), statement, patience)

test.each([
  ['select count(*) from public.job', { is: 'value', value: 3 }],
  ['select 3.25::numeric;', { is: 'value', value: 3.25 }],
  ['select 1e300::float8', { is: 'value', value: 1e300 }],
  ['select -7::smallint -- a comment', { is: 'value', value: -7 }],
  ['with a as (select 1 as x) select x from a', { is: 'value', value: 1 }],
  ['values (5)', { is: 'value', value: 5 }],
  [`select 'NaN'::numeric`, { is: 'not-a-number' }],
  [`select '-infinity'::float8`, { is: 'not-a-number' }],
  ['select id from public.job where id > 3', { is: 'absent' }],
  ['select max(id) from public.job where id > 3', { is: 'absent' }],
])('%s', async (statement, measured) => {
  expect(await ask(statement)).toEqual(measured)
})

test.each([
  ['select id from public.job', 'not_one_number', /more than one row/],
  ['select 1, 2', 'not_one_number', /2 columns/],
  ['select 1 as a, 2 as a', 'not_one_number', /2 columns/],
  [`select 'words'`, 'not_one_number', /no number/],
  ['select true', 'not_one_number', /no number/],
  ['select now()', 'not_one_number', /no number/],
  ['select * from nowhere', 'target_rejected', /42P01/],
  ['delete from public.job returning id', 'target_rejected', /42601/],
  [`select nextval('public.counter')`, 'target_rejected', /25006|42P01/],
  ['select 1) as measured; drop table public.job; select (1', 'target_rejected', /42601.*multiple commands/],
  ['select 1) as measured; commit; drop table public.job; --', 'target_rejected', /42601/],
  ['select pg_sleep(60)', 'target_unavailable', /57014/],
])('%s is refused', async (statement, code, says) => {
  const failure = await failureOf(ask(statement))
  expect(failure.code).toBe(code)
  expect(failure.message).toMatch(says)
  expect(everythingOf(failure)).not.toContain(database.url)
})

test('whatever was asked, nothing is changed', async () => {
  const writes = `create function public.write_job() returns int language sql as 'insert into public.job values (9) returning id'`
  await database.pool.query(writes)
  expect((await failureOf(ask('select public.write_job()'))).message).toMatch(/25006/)
  expect((await database.pool.query('select count(*) as count from public.job')).rows).toEqual([{ count: 3 }])
})
