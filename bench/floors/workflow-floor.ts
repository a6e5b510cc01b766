/** A worker of the floors, in a process of its own, as Paramedic's is. */
import { fileURLToPath } from 'node:url'
import { NativeConnection, Worker } from '@temporalio/worker'
import { floorTaskQueue } from './workflows.ts'

const connection = await NativeConnection.connect({ address: process.env['BENCH_TEMPORAL_ADDRESS']! })
const worker = await Worker.create({
  connection,
  namespace: process.env['BENCH_NAMESPACE']!,
  taskQueue: floorTaskQueue,
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities: { now: async () => Date.now() },
  // As Paramedic's worker.
  maxCachedWorkflows: 200,
})
process.stdout.write('floor ready\n')
await worker.run()
await connection.close()
