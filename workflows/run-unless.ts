import { CancellationScope, condition, isCancellation } from '@temporalio/workflow'

/** Runs what can be cancelled, and leaves it as soon as `isLeft` holds: undefined then. */
export async function runUnless<T>(isLeft: () => boolean, run: () => Promise<T>): Promise<T | undefined> {
  const running = new CancellationScope()
  const watching = new CancellationScope()
  void watching
    .run(() => condition(isLeft))
    .then(
      () => running.cancel(),
      () => {},
    )
  try {
    return await running.run(run)
  } catch (error) {
    if (isCancellation(error) && isLeft()) return undefined
    throw error
  } finally {
    watching.cancel()
  }
}
