/**
 * Makes one call on a connection that is cut when the signal is aborted. Then its error is only that of the cut, so the signal's
 * reason is thrown; anything else the call throws becomes the target's own failure.
 */
export async function attempted<T>(
  signal: AbortSignal,
  call: () => Promise<T>,
  failureOf: (error: unknown) => Error,
): Promise<T> {
  try {
    signal.throwIfAborted()
    return await call()
  } catch (error) {
    signal.throwIfAborted()
    throw failureOf(error)
  }
}
