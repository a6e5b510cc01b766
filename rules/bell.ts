export interface Bell {
  /** Resolves when it rings or the time is over; a ring that nobody waited for ends the next wait at once. */
  wait(ms: number): Promise<void>
  ring(): void
}

export function createBell(): Bell {
  let hasRung = false
  let wake: (() => void) | undefined
  return {
    wait(ms) {
      return new Promise<void>(resolve => {
        const done = (): void => {
          clearTimeout(timer)
          wake = undefined
          hasRung = false
          resolve()
        }
        const timer = setTimeout(done, ms)
        wake = done
        if (hasRung) done()
      })
    },
    ring() {
      hasRung = true
      wake?.()
    },
  }
}
