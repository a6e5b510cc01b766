import type { StartDelay } from './time-skipping.ts'

/** Workflows that begin at a moment of their own, however long that is ahead. */
export function createStartDelays(): {
  beginAt(workflowId: string, ms: number): void
  startDelay: StartDelay
} {
  const times = new Map<string, number>()
  return {
    beginAt: (workflowId, ms) => void times.set(workflowId, ms),
    startDelay(workflowId) {
      const ms = times.get(workflowId)
      return ms === undefined ? undefined : ms - Date.now()
    },
  }
}
