// npm forwards the SIGINT that the terminal has already sent to the whole process group.
const SAME_KEYSTROKE_MS = 500

/**
 * `stopped` resolves at the first SIGINT, SIGTERM or SIGHUP (a closed terminal); a second one calls `second`.
 */
export function onStopSignals(handlers: { first(signal: NodeJS.Signals): void; second(): void }): {
  stopped: Promise<void>
} {
  const stopped = new Promise<void>(resolve => {
    let firstAt: number | undefined
    const listener = (signal: NodeJS.Signals) => {
      if (firstAt === undefined) {
        firstAt = Date.now()
        handlers.first(signal)
        resolve()
      } else if (Date.now() - firstAt > SAME_KEYSTROKE_MS) handlers.second()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener)
  })
  return { stopped }
}
