import { setTimeout as delay } from 'node:timers/promises'
import { createWorkflowClock } from '../activities/workflow-clock.ts'

export type StageHandActivities = ReturnType<typeof createStageHandActivities>

/** Real time that the engine has for a timer that is due. */
const firesWithinMs = 60

/** What keeps a rehearsal going and belongs to nobody in it. */
export function createStageHandActivities() {
  return {
    /** @param input.untilMs the workflow's time: a little later it is over. */
    async letTimersFire({ untilMs }: { untilMs: number }): Promise<void> {
      await delay(Math.max(0, untilMs - createWorkflowClock()()) + firesWithinMs)
    },
  }
}
