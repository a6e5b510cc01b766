/** What goes on, on standard error, when it takes longer than somebody waits in silence. */

const everyMs = 2_000

export interface Progress {
  /** Shown at the next tick with how long it has taken, unless something newer is said by then. */
  say(text: string): void
  stop(): void
}

export function startProgress(): Progress {
  let text = ''
  const startedMs = performance.now()
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1_000)
    if (text !== '') process.stderr.write(`${text} (${seconds} s)\n`)
  }, everyMs)
  timer.unref()
  return {
    say: now => void (text = now),
    stop: () => clearInterval(timer),
  }
}
