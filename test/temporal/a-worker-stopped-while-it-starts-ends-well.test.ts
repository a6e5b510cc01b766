import { NativeConnection } from '@temporalio/worker'
import { expect, inject, test } from 'vitest'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { createWorkers, runWorkers } from '../../worker/create-workers.ts'
import { bundleWorkflows } from '../../worker/workflow-bundle.ts'

test('a stop that comes between creating and running the workers lets the connection be closed', async () => {
  const address = inject('temporalAddress')
  await registerNamespace(address, 'stopped-early')
  const connection = await NativeConnection.connect({ address })
  const nothing = async (): Promise<void> => {}
  const workers = await createWorkers({
    connection,
    namespace: 'stopped-early',
    bundle: await bundleWorkflows(),
    // Never called: no workflow is started here.
    activities: { main: { nothing }, actions: { nothing }, pages: { nothing } } as never,
  })

  await runWorkers(workers, AbortSignal.abort())

  expect(workers.map(worker => worker.getState())).toEqual(['STOPPED', 'STOPPED', 'STOPPED'])
  await expect(connection.close()).resolves.toBeUndefined()
})
