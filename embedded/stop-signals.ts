import { whenParentIsGone } from './parent-watch.mjs'

// npm forwards the SIGINT that the terminal has already sent to the whole process group.
const SAME_KEYSTROKE_MS = 500

/**
 * `stopped` resolves at the first SIGINT, SIGTERM or SIGHUP (a closed terminal), or when npm is gone; a second signal calls
 * `second`.
 */
export function onStopSignals(handlers: { first(reason: string): void; second(): void }): {
  stopped: Promise<void>
} {
  // What is said after the terminal is closed reaches nobody, and must not end the stopping half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const stopped = new Promise<void>(resolve => {
    let first: { signal: NodeJS.Signals | undefined; at: number } | undefined
    const begin = (signal: NodeJS.Signals | undefined, reason: string) => {
      first = { signal, at: Date.now() }
      handlers.first(reason)
      resolve()
    }
    const listener = (signal: NodeJS.Signals) => {
      if (first === undefined) begin(signal, signal)
      // The shell and npm end with their terminal, and who started us tells us of that too.
      else if (first.signal !== 'SIGHUP' && Date.now() - first.at > SAME_KEYSTROKE_MS) handlers.second()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener)
    whenParentIsGone(() => {
      if (first === undefined) begin(undefined, 'npm is gone')
    })
  })
  return { stopped }
}
