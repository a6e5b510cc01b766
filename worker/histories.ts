import type { Client } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { temporal } from '@temporalio/proto'
import { incidentWorkflowId } from '../contracts/incident.ts'
import type { Histories } from '../activities/archive.ts'

type History = temporal.api.history.v1.IHistory
type Started = temporal.api.history.v1.IWorkflowExecutionStartedEventAttributes | null | undefined

/** Reads the histories of an incident's chain of runs from Temporal. */
export function createHistories(client: Client): Histories {
  return {
    async readClosedChain(number) {
      const workflowId = incidentWorkflowId(number)
      const { status, runId: newest } = await client.workflow.getHandle(workflowId).describe()
      if (status.name === 'RUNNING') return undefined
      const runs: { runId: string; events: number; json: string }[] = []
      for (let runId: string | undefined = newest; runId !== undefined;) {
        const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory()
        const started: Started = history.events?.[0]?.workflowExecutionStartedEventAttributes
        runs.unshift({ runId, events: history.events?.length ?? 0, json: historyToJSON(history) })
        runId = started?.continuedExecutionRunId || undefined
      }
      return runs
    },
  }
}
