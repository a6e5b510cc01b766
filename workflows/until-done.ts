/** Activities that an incident cannot go on without: what was decided has to be written, and what people said has to be read. */
import { ActivityFailure, isCancellation, sleep } from '@temporalio/workflow'
import { limits } from '../contracts/limits.ts'

/**
 * The same stubs, except that an activity which has failed for good is begun anew after a pause. Its retry policy covers what passes by
 * itself; this covers a mistake of ours until it is mended, and somebody who failed it by hand. It must not end the incident.
 */
export function untilDone<A extends object>(stubs: A): A {
  return new Proxy(stubs, {
    get(target, name) {
      const run = target[name as keyof A] as (...args: unknown[]) => Promise<unknown>
      return (...args: unknown[]) => beginAgain(() => run(...args))
    },
  })
}

async function beginAgain(run: () => Promise<unknown>): Promise<unknown> {
  for (
    let pauseMs: number = limits.failedWriteMs;
    ;
    pauseMs = Math.min(2 * pauseMs, limits.failedWriteMaxMs)
  ) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error
    }
    await sleep(pauseMs)
  }
}
