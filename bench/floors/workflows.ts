/** The floors of doing: the least a workflow can be. */
import { proxyActivities } from '@temporalio/workflow'

export const floorTaskQueue = 'bench-floor'

const { now } = proxyActivities<{ now(): Promise<number> }>({ startToCloseTimeout: '1 minute' })

/** Resolves with the time at which its one activity began. */
export async function oneActivity(): Promise<number> {
  return now()
}

export async function threeActivities(): Promise<void> {
  for (let done = 0; done < 3; done++) await now()
}
