import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { expect, onTestFinished, test } from 'vitest'
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

test('tasks are handed out within seconds after SIGKILL and a new start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'paramedic-temporal-test-'))
  const killed = await startTemporalServer({ dataDir, isDurable: false })
  onTestFinished(() => killed.kill())
  await registerNamespace(killed.address, 'kept')
  await killed.kill()

  const server = await startTemporalServer({ dataDir, isDurable: false })
  onTestFinished(async () => {
    await server.kill()
    await rm(dataDir, { recursive: true })
  })
  const { connection, workflow } = await clientOf(server.address)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const name of names) await workflow.start('anything', { taskQueue: name, workflowId: name })
  // Which member of the cluster has a queue depends on its name, so there are several.
  const polled = await connection.withDeadline(Date.now() + 15_000, () =>
    Promise.all(
      names.map(name =>
        connection.workflowService.pollWorkflowTaskQueue({ namespace: 'kept', taskQueue: { name } }),
      ),
    ),
  )
  expect(polled.map(task => task.workflowExecution?.workflowId)).toEqual(names)

  await connection.close()
})

async function clientOf(address: string): Promise<Client & { connection: Connection }> {
  const connection = await Connection.connect({ address })
  return Object.assign(new Client({ connection, namespace: 'kept' }), { connection })
}
