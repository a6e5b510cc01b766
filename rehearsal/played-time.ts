/** The clock of a drill that somebody plays: it runs as every clock does, until they let it jump. */
import { createWorkflowClock } from '../activities/workflow-clock.ts'

export interface PlayedTime {
  /** The activity that time-that-passes.ts keeps at work. */
  letTimePass(): Promise<void>
  /** By the incident's clock. */
  nowMs(): number
  /** What the incident's clock showed at this time of the wall's clock; undefined while time is jumping since. */
  atWallMs(wallMs: number): number | undefined
  /** To the next thing that is recorded; to an hour later where nothing is. Resolves when time runs again. */
  jump(): Promise<void>
  /** Resolves when time runs again after a jump, or for good. */
  running(): Promise<void>
  /** Nobody plays any more. */
  end(): void
}

/** The newest entry on record, and the newest that says more than who was told of another one. */
export interface LastEntries {
  any: number
  happened: number
}

/** Who is told of something is told at once: news that come later are something that happens. */
const atOnceMs = 1_000

export function createPlayedTime(lastEntries: () => Promise<LastEntries>): PlayedTime {
  let aheadMs = 0
  /** How far the incident's clock has been ahead, and since when by the wall's. */
  const known: { sinceMs: number; aheadMs: number }[] = []
  /** When, by the wall's clock, it was let go; what it showed since is known with the next look. */
  let letGoMs: number | undefined = 0
  let jumpsFrom: (LastEntries & { aheadMs: number }) | undefined
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
  async function hasArrived(from: LastEntries & { aheadMs: number }): Promise<boolean> {
    const { any, happened } = await lastEntries()
    return happened > from.happened || (any > from.any && aheadMs - from.aheadMs >= atOnceMs)
  }
  return {
    running,
    async letTimePass() {
      aheadMs = createWorkflowClock()() - Date.now()
      known.push({ sinceMs: letGoMs ?? Date.now(), aheadMs })
      letGoMs = undefined
      if (!hasEnded && (jumpsFrom === undefined || (await hasArrived(jumpsFrom)))) {
        jumpsFrom = undefined
        const letGo = new Promise<void>(resolve => held.add(resolve))
        wake(waiting)
        await letGo
      }
      letGoMs = Date.now()
    },
    nowMs: () => Date.now() + aheadMs,
    atWallMs(wallMs) {
      if (!hasEnded && letGoMs !== undefined && wallMs > letGoMs) return undefined
      const then = known.findLast(({ sinceMs }) => sinceMs <= wallMs)
      return wallMs + (then?.aheadMs ?? aheadMs)
    },
    async jump() {
      if (hasEnded) return
      jumpsFrom = { ...(await lastEntries()), aheadMs }
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
