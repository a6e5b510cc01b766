/** What goes on, on standard error, when it takes longer than somebody waits in silence. */

const everyMs = 2_000
/** What goes on for minutes fills no log. */
const atMostEveryMs = 30_000

export interface Progress {
  /** Shown at the next tick with how long it has taken, unless something newer is said by then. Nothing is shown of an empty text. */
  say(text: string): void
  stop(): void
}

/** The first line comes after two seconds, the next ones ever more rarely. */
export function startProgress(): Progress {
  let text = ''
  const startedMs = performance.now()
  let timer: NodeJS.Timeout
  const tell = (afterMs: number): void => {
    timer = setTimeout(() => {
      const seconds = Math.round((performance.now() - startedMs) / 1_000)
      if (text !== '') process.stderr.write(`${text} (${seconds} s)\n`)
      tell(Math.min(afterMs * 1.5, atMostEveryMs))
    }, afterMs)
    timer.unref()
  }
  tell(everyMs)
  return {
    say: now => void (text = now),
    stop: () => clearTimeout(timer),
  }
}
