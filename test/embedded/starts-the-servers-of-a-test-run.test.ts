import { Connection } from '@temporalio/client'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'

test('a test run has a Temporal that takes namespaces and a PostgreSQL 18', async () => {
  await registerNamespace(inject('temporalAddress'), 'of-this-test')
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'of-this-test' })
  expect(namespaceInfo?.name).toBe('of-this-test')
  await connection.close()

  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  const { rows } = await client.query('show server_version')
  expect(rows[0].server_version).toMatch(/^18\./)
  await client.end()
})
