/**
 * Goal: a GET never decides, whoever sends it: programs that preview links, crawlers, the back button. Method: every route that is read, in
 * a night with open gates, by somebody who may and by nobody; each row of each table is then what it was.
 */
import { expect, inject, test } from 'vitest'
import { exchangesOf } from '../support/documented-exchanges.ts'
import { stageNight } from '../support/documented-night.ts'
import { startDocumentedService } from '../support/documented-service.ts'

test('every GET, by its name and by HEAD, leaves every row of every table as it was', async () => {
  const service = await startDocumentedService(inject('postgresUrl'))
  const { pool } = service.database
  await stageNight(pool)
  const before = await everyRow()
  expect(before.flatMap(({ rows }) => rows).length).toBeGreaterThan(20)

  const document = await service.document()
  const reads = exchangesOf(document).filter(({ method, hasRequest }) => method === 'GET' && hasRequest)
  const routes = new Set(reads.map(({ operation }) => operation.operationId))
  const readable = service.app.routeTable.filter(({ method }) => method === 'GET')
  expect(readable.filter(({ documentation }) => !routes.has(documentation.id))).toEqual([])
  for (const read of reads) {
    for (const exchange of [read, { ...read, method: 'HEAD' }]) {
      for (const as of [undefined, 'anonymous'] as const) {
        const answer = await service.send(exchange, as === undefined ? {} : { as })
        // A stream would not end.
        await answer.body?.cancel()
      }
    }
  }
  expect(await everyRow()).toEqual(before)
  await service.close()

  async function everyRow(): Promise<{ table: string; rows: unknown[] }[]> {
    const { rows: tables } = await pool.query<{ table: string }>(
      `select quote_ident(tablename) as table from pg_tables where schemaname = 'paramedic' order by 1`,
    )
    return Promise.all(
      tables.map(async ({ table }) => ({
        table,
        rows: (await pool.query(`select to_jsonb(t) as row from paramedic.${table} t order by 1`)).rows,
      })),
    )
  }
})
