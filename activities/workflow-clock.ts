import { activityInfo } from '@temporalio/activity'

/**
 * The time as the workflow counts it, in milliseconds. With the engine's time skipping the workflow's clock runs ahead of
 * the wall clock, which an activity lives by; it is never behind it. So the later of the two is the workflow's.
 */
export function createWorkflowClock(): () => number {
  const scheduledMs = activityInfo().currentAttemptScheduledTimestampMs
  const begun = performance.now()
  return () => Math.max(Date.now(), Math.round(scheduledMs + performance.now() - begun))
}
