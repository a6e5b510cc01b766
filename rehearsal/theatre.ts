import type { Theatre } from './run-drill.ts'
import { startRehearsal } from './rehearsal.ts'
import { createStartDelays } from './start-delays.ts'

/** A theatre whose workers are in this process: any number of drills at once. */
export async function openTheatre(engine: {
  temporalAddress: string
  namespace: string
  /** Somebody plays: time is skipped only when they say so, by the activity `letTimePass` of the stage. */
  timePasses?: boolean
}): Promise<Theatre & { stop(): Promise<void> }> {
  const { beginAt, startDelay } = createStartDelays()
  const rehearsal = await startRehearsal({ ...engine, startDelay })
  return {
    client: rehearsal.client,
    beginAt,
    put: async options => rehearsal.stage(options),
    leave: async stage => rehearsal.leave(stage),
    stop: () => rehearsal.stop(),
  }
}
