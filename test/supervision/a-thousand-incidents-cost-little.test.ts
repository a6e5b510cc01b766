/** Goal: a look stays cheap when much is open. Method: a thousand incidents with a workflow each; one of them is gone. */
import { expect, test } from 'vitest'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import { taskQueue } from '../../contracts/messages.ts'
import { eventually } from '../support/incident-harness.ts'
import { givenIncident } from '../support/incidents.ts'
import { startSupervised } from '../support/supervised.ts'

const many = 1_000

test('a look at a thousand open incidents takes a small part of its interval, and finds the one', async () => {
  const { pool, client, look, found, nowMs } = await startSupervised()
  const numbers: string[] = []
  for (let count = 0; count < many; count += 1) numbers.push(await givenIncident(pool, { atMs: nowMs() }))
  await pool.query('update incident set workflow_started_at = $1', [new Date()])
  const queue = numbers.values()
  const start = async (): Promise<void> => {
    for (const number of queue)
      await client.workflow.start('incident', { workflowId: incidentWorkflowId(number), taskQueue, args: [] })
  }
  await Promise.all(Array.from({ length: 20 }, start))
  const [lost] = numbers
  await client.workflow.getHandle(incidentWorkflowId(lost!)).terminate('by an operator')
  const query = `WorkflowType = 'incident' AND ExecutionStatus = 'Running'`
  await eventually(async () => (await client.workflow.count(query)).count === many - 1)

  const took: number[] = []
  for (let times = 0; times < 5; times += 1) {
    const begunMs = performance.now()
    await look()
    took.push(Math.round(performance.now() - begunMs))
  }
  process.stdout.write(`a look at ${many} open incidents took ${took.join(', ')} ms\n`)
  expect(await found('workflow-gone')).toEqual([lost])
  expect(Math.max(...took)).toBeLessThan(limits.supervisionEveryMs / 3)
}, 120_000)
