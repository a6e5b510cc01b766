/** What goes on, on standard error, when it takes longer than somebody waits in silence. */

const everyMs = 2_000

export interface Progress {
  /** Shown at the next tick, unless something newer is said by then. */
  say(text: string): void
  stop(): void
}

export function startProgress(): Progress {
  let text = ''
  const timer = setInterval(() => {
    if (text !== '') process.stderr.write(`${text}\n`)
  }, everyMs)
  timer.unref()
  return {
    say: now => void (text = now),
    stop: () => clearInterval(timer),
  }
}
