import { setTimeout as delay } from 'node:timers/promises'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
// A child that lived this long died of something new.
const HEALTHY_AFTER_MS = 60_000

/** Something that runs, as the servers and the children of main.ts are. */
export type Running = {
  /** Resolves when it is gone, to how it ended. */
  readonly exited: Promise<string>
  stop(): Promise<void>
}

export type KeptRunning<Kept extends Running> = { first: Kept; stop(): Promise<void> }

/**
 * Starts something, and starts it again whenever it ends by itself, waiting longer each time (1 s to 30 s). The first
 * start must succeed: its error is thrown. `stop` ends it for good.
 */
export async function keepRunning<Kept extends Running>(options: {
  name: string
  logFile: string
  launch(): Promise<Kept>
  say(line: string): void
}): Promise<KeptRunning<Kept>> {
  const { name, logFile, launch, say } = options
  const stopping = new AbortController()
  const first = await launch()
  let current: Kept | undefined = first
  const watching = watch()

  async function watch() {
    let waitMs = FIRST_WAIT_MS
    let startedAt = Date.now()
    while (!stopping.signal.aborted) {
      const how = current === undefined ? 'could not be started' : `ended (${await current.exited})`
      if (stopping.signal.aborted) return
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) waitMs = FIRST_WAIT_MS
      say(`${name} ${how}; starting it again in ${waitMs / 1000} s, see ${logFile}`)
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      startedAt = Date.now()
      current = await launch().catch(() => undefined)
      if (current !== undefined && !stopping.signal.aborted) say(`${name} runs again`)
    }
  }

  return {
    first,
    async stop() {
      stopping.abort()
      await current?.stop()
      await watching
      // A launch that was under way when the stop came.
      await current?.stop()
    },
  }
}
