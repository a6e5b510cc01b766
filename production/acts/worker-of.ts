import { Client, Connection } from '@temporalio/client'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { check, type Scene } from './scene.ts'

/** The container of the worker that has an incident in hand: whoever runs its activity now, else who last moved its workflow. */
export async function workerOf({ stack, temporal }: Scene, number: string): Promise<string> {
  const connection = await Connection.connect({ address: temporal.address })
  try {
    const { workflow } = new Client({ connection, namespace: temporal.namespace })
    const handle = workflow.getHandle(incidentWorkflowId(number))
    const { raw } = await handle.describe()
    const running = raw.pendingActivities?.find(({ lastWorkerIdentity }) => lastWorkerIdentity)
    const moved = (await handle.fetchHistory()).events?.findLast(
      event => event.workflowTaskCompletedEventAttributes,
    )
    const identity =
      running?.lastWorkerIdentity ?? moved?.workflowTaskCompletedEventAttributes?.identity ?? 'nobody'
    // The SDK's default identity: pid@host.
    const pid = Number(identity.split('@')[0])
    const found = stack.running().find(name => stack.pidOf(name) === pid)
    check(found !== undefined, `${number} is in the hands of ${identity}, which is no worker of ours`)
    return found ?? ''
  } finally {
    await connection.close()
  }
}
