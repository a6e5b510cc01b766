/** The floors of doing: the least a workflow can be. */
import { proxyActivities, sleep } from '@temporalio/workflow'

export const floorTaskQueue = 'bench-floor'

const { now } = proxyActivities<{ now(): Promise<number> }>({ startToCloseTimeout: '1 minute' })

/** Resolves with the time at which its one activity began. */
export async function oneActivity(): Promise<number> {
  return now()
}

export async function threeActivities(): Promise<void> {
  for (let done = 0; done < 3; done++) await now()
}

/** An activity at once and one after each wait, milliseconds: an escalation without an incident. */
export async function waitAndAct(waitsMs: readonly number[]): Promise<void> {
  await now()
  for (const ms of waitsMs) {
    await sleep(ms)
    await now()
  }
}
