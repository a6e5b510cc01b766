import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow'

export interface Alarm {
  /** Rings at this time, at once when it has passed; never, without one. */
  set(atMs: number | undefined): void
  hasRung(): boolean
}

/** One timer that is started anew only when its time changes: each start and each cancellation is an event of the history. */
export function createAlarm(): Alarm {
  let setFor: number | undefined
  let timer: CancellationScope | undefined

  async function start(atMs: number, scope: CancellationScope): Promise<void> {
    try {
      await scope.run(() => sleep(atMs - Date.now()))
    } catch (error) {
      if (!isCancellation(error)) throw error
    } finally {
      if (timer === scope) timer = undefined
    }
  }

  return {
    set(atMs) {
      if (atMs === setFor) return
      setFor = atMs
      timer?.cancel()
      timer = undefined
      if (atMs === undefined || atMs <= Date.now()) return
      timer = new CancellationScope()
      void start(atMs, timer)
    },
    hasRung: () => setFor !== undefined && setFor <= Date.now(),
  }
}
