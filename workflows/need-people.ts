import type { Life } from './life.ts'

/**
 * A routine needs people from now on, and its levels count from here as if it had opened now; it stays so until it is over. What an
 * alert opened needs them from its beginning. True when this is the moment.
 */
export function needPeople({ state, input, note, change }: Life, because: string): boolean {
  if (input.routine === undefined || state.needsPeople !== undefined) return false
  const atMs = Date.now()
  state.needsPeople = { atMs, because }
  state.epochStartedMs = atMs
  note('routine.needs-people', { because })
  change({ needsPeople: { atMs, because } })
  return true
}

/** No step of a routine begins after its window; what takes one back does. */
export function isWindowClosed({ input, isUndoing }: Pick<Life, 'input' | 'isUndoing'>): boolean {
  return isUndoing !== true && input.routine !== undefined && Date.now() >= input.routine.closesAtMs
}
