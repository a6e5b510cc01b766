/** The clock of a drill that somebody plays: it runs as every clock does, until they let it jump. */
import { createWorkflowClock } from '../activities/workflow-clock.ts'

export interface PlayedTime {
  /** The activity that time-that-passes.ts keeps at work. */
  letTimePass(): Promise<void>
  /** By the incident's clock. */
  nowMs(): number
  /** To the next thing that is recorded; to an hour later where nothing is. Resolves when time runs again. */
  jump(): Promise<void>
  /** Resolves when time runs again after a jump, or for good. */
  running(): Promise<void>
  /** Nobody plays any more. */
  end(): void
}

/** @param lastEntry the number of the newest entry that counts as something that happened. */
export function createPlayedTime(lastEntry: () => Promise<number>): PlayedTime {
  let aheadMs = 0
  let jumpsFrom: number | undefined
  let hasEnded = false
  /** What waits for the next jump. */
  const held = new Set<() => void>()
  /** What waits for the end of a jump. */
  const waiting = new Set<() => void>()

  function wake(those: Set<() => void>): void {
    for (const go of those) go()
    those.clear()
  }
  async function running(): Promise<void> {
    if (hasEnded || held.size > 0) return
    await new Promise<void>(resolve => waiting.add(resolve))
  }
  return {
    running,
    async letTimePass() {
      aheadMs = createWorkflowClock()() - Date.now()
      if (jumpsFrom !== undefined && (await lastEntry()) <= jumpsFrom) return
      if (hasEnded) return
      jumpsFrom = undefined
      const letGo = new Promise<void>(resolve => held.add(resolve))
      wake(waiting)
      await letGo
    },
    nowMs: () => Date.now() + aheadMs,
    async jump() {
      if (hasEnded) return
      jumpsFrom = await lastEntry()
      wake(held)
      await running()
    },
    end() {
      hasEnded = true
      wake(held)
      wake(waiting)
    },
  }
}
