import { activityInfo } from '@temporalio/activity'

/** Names this activity of this run: the same for each of Temporal's tries, another for everything else. */
export function workKey(): string {
  const { workflowExecution, activityId } = activityInfo()
  return `${workflowExecution?.workflowId}/${workflowExecution?.runId}/${activityId}`
}
