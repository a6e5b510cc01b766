import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { expect, test } from 'vitest'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { startTemporalServer } from '../../embedded/temporal-server.ts'

test('namespace and workflow are there after SIGKILL and a new start, in a folder with odd characters', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'paramedic-temporal-test-'))
  const dataDir = join(parent, 'a folder with 100% odd?characters')
  const killed = await startTemporalServer({ dataDir })
  await registerNamespace(killed.address, 'kept')
  const before = await clientOf(killed.address)
  await before.workflow.start('anything', { taskQueue: 'nobody', workflowId: 'started-before' })
  await before.connection.close()
  await killed.kill()

  const server = await startTemporalServer({ dataDir })
  await registerNamespace(server.address, 'kept')
  const after = await clientOf(server.address)
  const { status } = await after.workflow.getHandle('started-before').describe()
  expect(status.name).toBe('RUNNING')

  await after.connection.close()
  await server.kill()
  await rm(parent, { recursive: true })
})

async function clientOf(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }), namespace: 'kept' })
}
