/** What was expected of one thing beside what happened of it. */
import { likelyMs, sinceOpening } from './moments.ts'
import type { Moment } from './happened.ts'

/** Into the drill as it is after parsing. */
export type Path = readonly (string | number)[]

/** Something of a drill: expected, happened, or both. */
export interface Held {
  /** Where it is expected; of what nobody expected, the list that does not have it. */
  path: Path
  /** `atMs` is missing where any time is right. */
  expected?: { atMs?: number; text: string }
  happened?: { moment: Moment; text: string }
  /** What is wrong, as a sentence without its full stop; missing when it is as expected. */
  wrong?: string
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** ` at 15m`, or nothing where any time is right. */
export function atTime(ms: number | undefined): string {
  return ms === undefined ? '' : ` at ${sinceOpening(ms)}`
}

/** ` at 15m`, as near as it can be told. */
export function atMoment(moment: Moment): string {
  return atTime(likelyMs(moment))
}

export function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return setKey(some) === setKey(others)
}

/** The same for the same names in any order. */
export function setKey(names: readonly string[]): string {
  return JSON.stringify([...new Set(names)].toSorted())
}

/** `once`, `twice`, `3 times`, `never`. */
export function timesInWords(times: number): string {
  return ['never', 'once', 'twice'][times] ?? `${times} times`
}
