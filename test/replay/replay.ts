import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker'
import { bundleWorkflows } from '../../worker/workflow-bundle.ts'

export const historiesFolder = new URL('./histories/', import.meta.url)

let bundling: Promise<WorkflowBundle> | undefined

/** Runs a history through today's workflow code; rejects where they part. */
export async function replay(history: unknown, workflowId: string): Promise<void> {
  bundling ??= bundleWorkflows()
  const workflowBundle = await bundling
  await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(history), workflowId)
}

/** Replays say nothing of their own; what fails is the test's to tell. */
export function quietRuntime(): void {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') })
}
