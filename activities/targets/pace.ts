import type { EffectContext } from './target.ts'

// What EffectContext asks for: a heartbeat at least every second.
const EVERY_MS = 1_000

/** Keeps an effect in touch with the harness, between its things and while one of them takes long. */
export interface Pace {
  /** Call before each thing that is done: passes a due checkpoint, and throws when that refuses. */
  step(): Promise<void>
  /** Waits for `work` with a checkpoint each second. A refusal stops the next step and never this work's answer. */
  wait<T>(work: Promise<T>): Promise<T>
}

/**
 * @param touched how many things are done by now.
 * @param batch how many steps go to one checkpoint; a second without one makes it due earlier.
 */
export function createPace(context: EffectContext, touched: () => number, batch: number): Pace {
  context.countBy(touched)
  let stepsLeft = 0
  let lastMs = performance.now()

  const checkpoint = async () => {
    lastMs = performance.now()
    // Due until it has passed, so that a refusal while waiting is asked for again by the next step.
    stepsLeft = 0
    await context.checkpoint()
    stepsLeft = batch
  }

  return {
    async step() {
      if (stepsLeft === 0 || performance.now() - lastMs >= EVERY_MS) await checkpoint()
      stepsLeft -= 1
    },

    async wait(work) {
      let isWaiting = true
      let timer: NodeJS.Timeout | undefined
      let running = Promise.resolve()
      const arm = () => {
        timer = setTimeout(beat, Math.max(0, lastMs + EVERY_MS - performance.now()))
      }
      const beat = () => {
        running = checkpoint()
          .catch(() => {})
          .then(() => (isWaiting ? arm() : undefined))
      }
      arm()
      try {
        return await work
      } finally {
        isWaiting = false
        clearTimeout(timer)
        // One checkpoint at a time: the next step must not overtake it.
        await running
      }
    },
  }
}
